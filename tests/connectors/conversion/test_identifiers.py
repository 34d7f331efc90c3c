"""Identifiers: published examples, arithmetic by property, and the traps of real columns."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connectors.conversion.identifiers import (
    ALPHABET,
    Kind,
    is_old_citizen,
    is_registration_number,
    is_uscc,
    organisation_check,
    read_identifier,
    uscc_check,
)

ORGANISATION = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8).filter(lambda b: b != "0" * 8)


def uscc(prefix: str, body: str) -> str:
    seventeen = prefix + body + organisation_check(body)
    return seventeen + uscc_check(seventeen)


def citizen(seventeen: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return seventeen + "10X98765432"[sum(w * int(c) for w, c in zip(weights, seventeen, strict=True)) % 11]


@pytest.mark.parametrize(
    ("code", "kind", "organisation"),
    [
        ("91110000600037341L", Kind.USCC, "600037341"),  # the example of python-stdnum
        ("330203000030639", Kind.REGISTRATION, None),  # checked by ISO 7064 in domain work
        ("", Kind.EMPTY, None),
        ("/", Kind.EMPTY, None),
        (None, Kind.EMPTY, None),
        ("null", Kind.EMPTY, None),
        ("9111************1L", Kind.MASKED, None),
        ("00000000000000000X", Kind.UNKNOWN, None),
        ("000000000", Kind.UNKNOWN, None),
        ("91110000600037341A", Kind.UNKNOWN, None),
        ("北京某某有限公司", Kind.UNKNOWN, None),
        ("11010519491231002X", Kind.CITIZEN, None),  # the example of GB 11643
        ("110105491231001", Kind.CITIZEN, None),
        ("110105491231001000", Kind.CITIZEN, None),  # a person's number padded to a tax number
        ("110105491231002", Kind.REGISTRATION, None),  # its check digit fits by chance: both at once cannot be told
    ],
)
def test_each_form_is_told_apart(code, kind, organisation):
    found = read_identifier(code)
    assert (found.kind, found.organisation) == (kind, organisation)


@pytest.mark.parametrize(
    "spelling",
    [
        "91110000600037341l",
        "９１１１００００６０００３７３４１Ｌ",
        " 9111 0000 6000 37341L\t",
        "\ufeff91110000600037341L",
        "'91110000600037341L",
    ],
)
def test_every_spelling_of_a_code_is_one_key(spelling):
    assert read_identifier(spelling).value == "91110000600037341L"


@given(st.sampled_from("123456789ANY"), st.sampled_from("1239"), ORGANISATION)
def test_letters_in_front_are_as_good_as_digits(department, kind, body):
    code = uscc(f"{department}{kind}330300", body)
    assume(code[:17].isdecimal() is False)
    found = read_identifier(code)
    assert (found.kind, found.value, found.organisation) == (Kind.USCC, code, code[8:17])


@given(ORGANISATION, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(body, at, other):
    code = uscc("91330300", body)
    assume(code[at] != other)
    assert not is_uscc(code[:at] + other + code[at + 1 :])


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.integers(0, 999),
    st.sampled_from(["110105", "330302", "522121"]),
)
def test_a_citizen_number_is_never_taken_for_an_enterprise_and_its_value_goes_no_further(born, sequence, district):
    found = read_identifier(citizen(f"{district}{born:%Y%m%d}{sequence:03d}"))
    assert (found.kind, found.value) == (Kind.CITIZEN, "")


@given(st.text("0123456789", min_size=14, max_size=14))
def test_exactly_one_check_digit_fits_a_registration_number(body):
    assert sum(is_registration_number(body + digit) for digit in "0123456789") == 1


@given(ORGANISATION, st.sampled_from(["", "000", "658"]))
def test_an_old_tax_number_leads_to_its_organisation_code(body, tail):
    organisation = body + organisation_check(body)
    code = f"330302{organisation}{tail}"
    found = read_identifier(code)
    assume(found.kind not in {Kind.REGISTRATION, Kind.USCC, Kind.CITIZEN})
    assert (found.kind, found.organisation) == (Kind.TAX, organisation)


@given(ORGANISATION, st.booleans())
def test_an_organisation_code_is_read_with_and_without_its_hyphen(body, hyphen):
    check = organisation_check(body)
    found = read_identifier(f"{body}-{check}" if hyphen else body + check)
    assert (found.kind, found.value) == (Kind.ORGANISATION, body + check)


@given(st.text(max_size=40))
def test_any_text_at_all_is_read_without_a_fault(text):
    assert read_identifier(text).kind in Kind


def test_an_old_tax_number_is_one_where_the_column_says_so_although_it_also_passes_as_a_registration_number():
    numbers = (f"{number:08d}" for number in range(10**8))
    body = next(
        n for n in numbers if (check := organisation_check(n)) != "X" and is_registration_number(f"330302{n}{check}")
    )
    code = f"330302{body}{organisation_check(body)}"
    assert read_identifier(code).kind is Kind.REGISTRATION
    assert read_identifier(code, tax=True).organisation == code[6:15]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("911100001013930000", Kind.UNKNOWN),  # a unified code cut to 15 digits by a spreadsheet
        ("110105717776658000", Kind.TAX),  # district, organisation code, and three digits more
        ("005905110108151211", Kind.UNKNOWN),  # no district
        ("330203000030639（1-1）", Kind.REGISTRATION),
        ("330203000030639(2—1)", Kind.REGISTRATION),
        ("330203000030639号", Kind.REGISTRATION),
        ("3303021012389", Kind.UNCHECKED),  # 13 digits, before 2007
        ("111022900024", Kind.UNCHECKED),  # an institution's certificate
        ("事证第111022700259号", Kind.UNCHECKED),
        ("9993021012389", Kind.UNKNOWN),
        ("330302620801123", Kind.CITIZEN),
        ("330302620801123F0", Kind.CITIZEN),  # a sole trader's tax number
        ("330302620801123002", Kind.CITIZEN),
    ],
)
def test_forms_met_in_real_files(code, kind):
    read = read_identifier(code)
    assert read.kind is kind
    assert not (kind in {Kind.CITIZEN, Kind.UNCHECKED} and read.value)


def test_a_new_citizen_number_with_a_shops_mark_is_hidden_where_it_stands():
    code = citizen("33030219740927531")
    assert read_identifier(code + "Q0").kind is Kind.CITIZEN
    assert is_old_citizen(code + "Q0")
