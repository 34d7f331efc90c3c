"""Sealing, hashing and masking of what is personal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.conversion.cells import narrow
from connectors.conversion.free_text import without_contacts
from connectors.conversion.sole_traders import is_sole_trader
from connectors.personal.sealing import HASHED, SEALED, Protector, SealedError, SubjectKeys, refs_in
from tests.enterprises import citizen, sole_trader, uscc

PROTECTOR = Protector(bytes(range(32)))
REF, OTHER = PROTECTOR.ref_of("uscc", sole_trader(1)), PROTECTOR.ref_of("uscc", sole_trader(2))


@pytest.fixture(scope="module")
async def keys(gateway):
    """Salts as the database keeps them."""
    from gateway.runtime.database import raw

    made = SubjectKeys(PROTECTOR)
    async with gateway.database.begin("test.keys") as session:
        await made.ensure(await raw(session), [REF, OTHER])
    return made


values = st.text(min_size=1) | st.lists(st.text(), max_size=3) | st.booleans()


@given(value=values, field=st.sampled_from(["name", "domicile"]))
def test_a_sealed_value_opens_to_itself_and_shows_nothing_of_it(keys, value, field):
    sealed = keys.seal_many([REF], field, [value])[0]
    assert sealed.startswith(SEALED)
    assert sealed == keys.seal_many([REF], field, [value])[0]
    assert sealed != keys.seal_many([OTHER], field, [value])[0]
    assert keys.open_many(field, [sealed]) == [value]
    if isinstance(value, str) and len(value) > 3:
        assert value not in sealed
    assert refs_in([sealed, "open"]) == {REF}


@given(st.text(min_size=1), st.integers(0, 10_000), st.sampled_from("ABCDabcd0123_-"))
def test_a_value_that_was_changed_or_moved_is_refused(keys, value, at, letter):
    sealed = keys.seal_many([REF], "name", [value])[0]
    with pytest.raises(SealedError):
        keys.open_many("domicile", [sealed])
    at = len(SEALED) + 24 + at % (len(sealed) - len(SEALED) - 25)
    if sealed[at] != letter:
        with pytest.raises(SealedError):
            keys.open_many("name", [sealed[:at] + letter + sealed[at + 1 :]])


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_in_its_form_is_opened_or_refused_and_never_a_fault(keys, text):
    try:
        keys.open_many("name", [SEALED + text])
        refs_in([SEALED + text])
    except SealedError:
        pass


def test_nothing_stays_nothing_and_text_that_looks_sealed_is_sealed_like_any_other(keys):
    once = keys.seal_many([REF], "name", ["王小明"])
    twice = keys.seal_many([REF, OTHER], "name", [None, once[0]])
    assert twice[0] is None
    assert keys.open_many("name", twice) == [None, once[0]]
    assert keys.open_many("name", [None, "open", True]) == [None, "open", True]


def test_hashes_and_references_say_nothing_without_the_secret():
    other = Protector(bytes(32))
    assert PROTECTOR.name_hash("王小明").startswith(HASHED)
    assert PROTECTOR.name_hash("王小明") != other.name_hash("王小明")
    assert PROTECTOR.ref_of("uscc", "x") != other.ref_of("uscc", "x")
    assert PROTECTOR.name_hash("") == ""


@pytest.mark.parametrize(
    ("kind", "value", "name", "one"),
    [
        ("uscc", sole_trader(1), "某公司", True),
        ("uscc", uscc(1), "王小明", False),
        ("registration_number", "330302600000001", "王小明鞋店", True),
        ("registration_number", "330302000000001", "某公司", False),
        ("empty", "", "王小明鞋店", True),
        ("masked", "", "王小明", True),
        ("empty", "", "温州某某鞋业有限公司", False),
        ("empty", "", "温州市某某局", False),
        ("tax_number", "330302MA0000011", "王小明", False),
    ],
)
def test_one_person_is_told_by_the_code_and_without_one_when_in_doubt(kind, value, name, one):
    assert is_sole_trader(kind, value, name) is one


WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
HIDDEN = [
    "联系电话13800138000", "13800138000", "手机：138 0013 8000", "+86 13800138000", "008613800138000", "138-0013-8000",
    "电话13800138000号", "wang.xm@example.com", "账号6222021234567890128", "卡号 6222 0212 3456 7890 128",
    f"身份证{citizen(7)}。",
    "张三丰（男）13800138000", "签字13800138000", "手机１３８００１３８０００", citizen(7).translate(WIDE),
    f"{citizen(7)[:6]} {citizen(7)[6:14]} {citizen(7)[14:]}",
]  # fmt: skip
LEFT = [
    "温罚〔2024〕13800138000号", "温罚[2024]第13800138000号", "浙温字13800138000号", "13800138000号", "123138001380001",
    "统一代码" + uscc(3), "金额13800138000.50元", "2024-01-01 12:00:00", "0577-88888888", "6222021234567890129",
]  # fmt: skip


@pytest.mark.parametrize("text", HIDDEN)
def test_what_belongs_to_persons_is_masked(text):
    masked = without_contacts(text)
    assert "已隐去" in masked
    assert not any(
        part in narrow(masked).replace(" ", "").replace("-", "") for part in ("3800138", "621234567", "example")
    )


@pytest.mark.parametrize("text", LEFT)
def test_numbers_of_documents_codes_and_amounts_are_left_alone(text):
    assert without_contacts(text) == text


@given(
    st.text("人，。 ab", max_size=20), st.integers(3, 9), st.integers(0, 10**9 - 1), st.text("人，。 b", max_size=20)
)
def test_a_mobile_number_among_words_is_always_masked(before, second, rest, after):
    number = f"1{second}{rest:09d}"
    before = before.rstrip("ab")
    assert number not in without_contacts(f"{before} {number} {after.lstrip('ab')}")


@given(st.text(max_size=200))
def test_masking_twice_is_masking_once(text):
    once = without_contacts(text)
    assert without_contacts(once) == once
    assert json.dumps(once)
