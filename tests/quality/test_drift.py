"""The decision whether a delivery looks like those before it: tables and properties."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.catalogue.load import get_dataset
from connectors.conversion.headers import Layout, header_key, known_layout, layout_id
from connectors.quality.drift import (
    FEWEST_ROWS,
    FieldProfile,
    Profile,
    compare_layouts,
    compare_profiles,
    in_words,
)

TAX = get_dataset("tax_arrears")
HEADER = ["企业或单位名称", "纳税人识别号", "经营地点", "欠税金额", "税种", "备注"]
NAMES = st.lists(st.text("abcdefgh", min_size=1, max_size=3), min_size=1, max_size=8, unique=True)


def layout(header) -> Layout:
    return known_layout(TAX, header)


def kinds(findings):
    return [(finding.kind, finding.column) for finding in findings]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (HEADER, []),
        (HEADER[::-1], []),
        (["企业或单位名称 ", *HEADER[1:]], []),
        (HEADER[:-1], []),  # 备注 was never read
        ([*HEADER, "联系人"], [("column_new", "联系人")]),
        ([name.replace("欠税金额", "欠税金额(元)") for name in HEADER], [("column_renamed", "欠税金额(元)")]),
        ([name for name in HEADER if name != "经营地点"], [("column_gone", "经营地点")]),
        ([name.replace("经营地点", "地点") for name in HEADER], [("column_gone", "经营地点"), ("column_new", "地点")]),
        ([*HEADER, "地址", "电话"], [("column_new", "地址"), ("column_new", "电话")]),
    ],
)
def test_columns_are_compared_by_what_is_read_from_them(header, expected):
    assert kinds(compare_layouts([layout(HEADER)], layout(header), members=False)) == expected


def test_a_column_follows_one_that_is_gone_and_no_other():
    """Name and code of the party are gone, one column came: it is the name's, and nothing is said of the code."""
    told = compare_layouts([layout(HEADER)], layout(["纳税人名称", *HEADER[2:]]), members=False)
    assert kinds(told) == [("column_renamed", "纳税人名称"), ("column_gone", "纳税人识别号")]


@given(NAMES, NAMES, st.data())
def test_no_two_columns_are_renamed_to_one_and_the_same(before, now, data):
    roles = st.sampled_from(["party.name", "party.codes", "amount"])
    was, new = (
        Layout({name: name for name in names}, {name: data.draw(roles) for name in names}) for names in (before, now)
    )
    findings = compare_layouts([was], new, members=False)
    renamed = [finding.column for finding in findings if finding.kind == "column_renamed"]
    assert len(renamed) == len(set(renamed))
    went, came = set(before) - set(now), set(now) - set(before)
    told = {finding.column for finding in findings if finding.kind == "column_gone"}
    assert len(told) + len(renamed) == len(went)
    for role in ("party.name", "party.codes", "amount"):  # none is gone where one that is read alike came for it
        gone = {name for name in told if was.read[name] == role}
        unclaimed = {name for name in came - set(renamed) if new.read[name] == role}
        assert not (gone and unclaimed)


def test_the_difference_in_words_names_every_column_once():
    columns = [name.replace("欠税金额", "欠税金额(元)") for name in [*HEADER, "地址", "电话"] if name != "经营地点"]
    told = in_words(compare_layouts([layout(HEADER)], layout(columns), members=False))
    assert [told.count(name) for name in ("地址", "电话", "经营地点", "“欠税金额”", "“欠税金额(元)”")] == [1] * 5
    assert "new, unknown columns：地址、电话" in told


def test_the_first_delivery_is_never_drift_and_any_known_layout_will_do():
    other = [*HEADER, "联系人"]
    assert compare_layouts([], layout(other), members=False) == []
    assert compare_layouts([layout(HEADER), layout(other)], layout(other), members=False) == []
    assert kinds(compare_layouts([layout(HEADER), layout(other)], layout([*other, "x"]), members=False)) == [
        ("column_new", "x")
    ]


def test_a_member_left_out_of_json_is_an_empty_value_and_a_new_one_is_not():
    assert compare_layouts([layout(HEADER)], layout(HEADER[:2] + HEADER[3:]), members=True) == []
    assert kinds(compare_layouts([layout(HEADER)], layout([*HEADER, "x"]), members=True)) == [("column_new", "x")]


def test_a_layout_that_no_mapping_fits_any_more_counts_as_read_throughout():
    found = compare_layouts([layout(["旧列", *HEADER[2:3]])], layout(HEADER), members=False)
    assert ("column_gone", "旧列") in kinds(found)


@given(st.permutations(HEADER))
def test_no_order_of_the_columns_is_drift(header):
    assert compare_layouts([layout(HEADER)], layout(header), members=False) == []
    assert layout_id(TAX, header_key(header)) == layout_id(TAX, header_key(HEADER))


@given(NAMES, NAMES, st.booleans())
def test_every_finding_names_a_column_that_came_or_went(before, now, members):
    was, new = ({name: name for name in names} for names in (before, now))
    findings = compare_layouts([Layout(was, was)], Layout(new, {}), members=members)
    assert {f.column for f in findings if f.kind == "column_new"} == set(now) - set(before)
    gone = set() if members else set(before) - set(now)
    assert {f.column for f in findings if f.kind == "column_gone"} == gone
    assert all(finding.zh and finding.en for finding in findings)


def profile(rows=100, unresolved=0, records=None, **fields) -> Profile:
    return Profile(rows, rows if records is None else records, unresolved, fields)


def field(filled=100, looked_at=100, rejected=0, median=None):
    return FieldProfile(looked_at, filled, rejected, None if median is None else Decimal(median))


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (profile(a=field()), profile(a=field()), []),
        (profile(a=field()), profile(a=field(71)), []),
        (profile(a=field()), profile(a=field(70)), ["empty"]),
        (profile(a=field(0)), profile(a=field()), []),  # fuller is no harm
        (profile(a=field(rejected=5)), profile(a=field(rejected=34)), []),
        (profile(a=field(rejected=5)), profile(a=field(rejected=35)), ["rejected"]),
        (profile(unresolved=10), profile(unresolved=40), ["unresolved"]),
        (profile(unresolved=10), profile(unresolved=39), []),
        (profile(a=field(median=500_000)), profile(a=field(median=50)), ["unit"]),
        (profile(a=field(median=50)), profile(a=field(median="500000.5")), ["unit"]),
        (profile(a=field(median=50)), profile(a=field(median=5_000)), []),
        (profile(a=field(median=0)), profile(a=field(median=5_000)), []),
        (profile(a=field(19, median=50)), profile(a=field(19, median=900_000)), []),
        (profile(FEWEST_ROWS - 1, a=field()), profile(a=field(0)), []),
        (profile(a=field()), profile(FEWEST_ROWS - 1, a=field(0)), []),
        (profile(a=field()), profile(b=field(0)), []),
        (profile(unresolved=0, records=FEWEST_ROWS - 1), profile(unresolved=100), []),
        (profile(a=field()), profile(a=field(0, looked_at=0, rejected=100)), ["rejected"]),
    ],
)
def test_a_jump_is_told_and_a_drift_that_is_none_is_not(before, now, expected):
    assert [finding.kind for finding in compare_profiles(before, now, {})] == expected


FIELDS = st.builds(
    lambda looked_at, filled, rejected, median: FieldProfile(looked_at, min(filled, looked_at), rejected, median),
    st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000),
    st.none() | st.decimals(0, 10**12, places=2),
)  # fmt: skip
PROFILES = st.builds(
    lambda rows, unresolved, fields: Profile(rows, rows, min(unresolved, rows), fields),
    st.integers(0, 5000), st.integers(0, 5000), st.dictionaries(st.sampled_from("abc"), FIELDS),
)  # fmt: skip


@given(PROFILES)
def test_a_delivery_like_those_before_it_never_jumps(one):
    assert compare_profiles(one, one, {}) == []


@given(PROFILES, PROFILES)
def test_any_two_profiles_can_be_compared_and_findings_are_in_words(before, now):
    for finding in compare_profiles(before, now, {}):
        assert finding.kind in {"empty", "rejected", "unresolved", "unit"}
        assert finding.zh
        assert finding.en
