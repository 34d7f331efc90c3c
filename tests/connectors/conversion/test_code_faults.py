"""A code that is none of an enterprise is refused by its length, a character or a check digit; no digit is repeated."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.catalogue.load import get_dataset
from connectors.conversion.binding import bind
from connectors.conversion.code_faults import fault_of_cell, fault_of_unified
from connectors.conversion.identifiers import Kind, read_identifier, uscc_check
from connectors.conversion.rows import Refused, RowMapper
from tests.enterprises import citizen, organisation, uscc

SOUND = uscc(7)
HEADER = ["企业或单位名称", "纳税人识别号", "欠税金额", "税种"]


def with_character(place, character):
    return SOUND[: place - 1] + character + SOUND[place:]


def wrong_inside():
    """A code whose organisation code has a wrong check digit, and whose last character is right for it."""
    body = SOUND[:16] + ("1" if SOUND[16] != "1" else "2")
    return body + uscc_check(body)


CASES = [
    (SOUND[:-1], "有 17 位", "17 characters"),
    (SOUND + "1", "有 19 位", "19 characters"),
    ("123", "有 3 位", "3 characters"),
    (with_character(10, "O"), "第 10 位是 O", "character 10 is O"),
    (with_character(3, "I"), "第 3 位是 I", "character 3 is I"),
    (with_character(5, "A"), "第 5 位应为数字", "character 5 must be a digit"),
    (with_character(11, "甲"), "第 11 位不是字母或数字", "character 11 is neither"),
    (with_character(18, "A" if SOUND[17] != "A" else "B"), "第 18 位校验码不符", "the 18th, is wrong"),
    (wrong_inside(), "第 17 位", "the 17th"),
    ("B" + SOUND[1:], "第 1 位不是登记管理部门", "registering department"),
    (organisation(7)[:-1] + ("1" if organisation(7)[-1] != "1" else "2"), "9 位代码的校验位不符", "a code of 9"),
    ("330302000012345", "15 位代码的校验位不符", "a code of 15"),
]


@pytest.mark.parametrize(("code", "zh", "en"), CASES)
def test_what_is_wrong_with_a_code_is_said_where_rows_are_refused_and_where_people_ask(code, zh, en):
    assert read_identifier(code).kind is Kind.UNKNOWN
    for text in (fault_of_cell(code), fault_of_unified(code)):
        assert zh in text
        assert en in text
        assert text.index(zh) < text.index(en)
    outcome = RowMapper(bind(get_dataset("tax_arrears"), HEADER), date(2026, 1, 2)).map(["某公司", code, "5", "增值税"])
    assert isinstance(outcome, Refused)
    assert zh in outcome.reasons[0].text


@pytest.mark.parametrize(
    ("said", "zh"),
    [
        (citizen(3), "自然人的证件号码"),
        ("", "没有内容"),
        ("9133****0001", "被遮盖"),
        (organisation(7), "组织机构代码"),
    ],
)
def test_another_kind_of_code_is_told_as_what_it_is(said, zh):
    assert zh in fault_of_unified(said)


@given(st.integers(0, 400), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_a_persons_number_is_never_repeated_in_whole_or_part(person, place, put):
    number = citizen(person)
    for said in (
        number,
        number[:place] + put + number[place + 1 :],
        number[:place] + number[place + 1 :],
        number + put,
    ):
        text = fault_of_cell(said) + fault_of_unified(said)
        assert not any(said[at : at + 3] in text for at in range(len(said) - 2))
