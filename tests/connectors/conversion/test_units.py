"""Units and numerals: what one unit is in another, and what is refused rather than guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.conversion.cells import CellError
from connectors.conversion.normalise import read_money, read_number
from connectors.conversion.numerals import read_numerals
from connectors.conversion.units import ratio
from tests.connectors.conversion.test_normalise import written

BOOKKEEPERS = str.maketrans("零一二三四五六七八九十百千", "零壹贰叁肆伍陆柒捌玖拾佰仟")


@pytest.mark.parametrize(
    ("unit", "into", "wanted"),
    [
        ("万元", "元", "10000"),
        ("元", "万元", "0.0001"),
        ("亿元", "万元", "10000"),
        ("%", "", "0.01"),
        ("％", "", "0.01"),
        ("‰", "", "0.001"),
        ("度", "千瓦时", "1"),
        ("万kWh", "千瓦时", "10000"),
        ("千克", "吨", "0.001"),
        ("万立方米", "m³", "10000"),
        ("公顷", "㎡", "10000"),
        ("万", "吨", "10000"),
        ("万", "万元", "1"),
    ],
)
def test_one_unit_in_another(unit, into, wanted):
    assert ratio(unit, into) == Decimal(wanted)


@pytest.mark.parametrize(
    ("unit", "into"), [("%", "人"), ("元", "吨"), ("人", ""), ("", "人"), ("美元", "元"), ("号", "")]
)
def test_what_measures_something_else_is_not_turned(unit, into):
    assert ratio(unit, into) is None


@pytest.mark.parametrize(
    ("cell", "unit", "into", "value"),
    [
        ("12.5%", "", "", "0.125"),
        ("12.5", "%", "", "0.125"),
        ("12.5%", "%", "", "0.125"),
        ("0.125", "", "", "0.125"),
        ("-3.5", "万元", "元", "-35000"),
        ("3.5万", "", "元", "35000"),
        ("1,200 度", "", "千瓦时", "1200"),
        ("120(人)", "", "人", "120"),
        ("1", "亩", "㎡", "666.666667"),
        ("/", "万元", "元", None),
    ],
)
def test_a_number_is_read_in_its_unit(cell, unit, into, value):
    assert read_number(cell, unit, into) == value


@pytest.mark.parametrize(("cell", "into"), [("12%", "人"), ("3号", ""), ("5吨", "元"), ("12-13", ""), ("1.2.3", "")])
def test_a_number_of_something_else_is_refused(cell, into):
    with pytest.raises(CellError) as refused:
        read_number(cell, into, into)
    assert refused.value.code == "number_unreadable"


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        ("壹仟元整", "1000"),
        ("人民币壹万贰仟叁佰元整", "12300"),
        ("一亿二千万元", "120000000"),
        ("五百元", "500"),
        ("壹佰元零伍分", "100.05"),
        ("贰拾元伍角整", "20.5"),
        ("叁元贰角壹分", "3.21"),
        ("3000元整", "3000"),
    ],
)
def test_an_amount_in_words_is_an_amount(cell, yuan):
    assert read_money(cell, "元") == yuan
    assert Decimal(read_money(cell, "万元", "元")) == Decimal(yuan)  # it says its unit itself


@pytest.mark.parametrize(
    "cell", ["一万四元", "三千五元", "一百元十角", "元", "万元", "二〇二四元", "罚款元", "一二三元"]
)
def test_words_that_are_no_amount_or_two_are_refused(cell):
    with pytest.raises(CellError) as refused:
        read_money(cell, "元")
    assert refused.value.code == "money_unreadable"


@given(st.integers(min_value=0, max_value=99_999_999), st.integers(min_value=0, max_value=9_999))
def test_bookkeepers_numerals_and_hundreds_of_millions(below, many):
    said = written(below).translate(BOOKKEEPERS)
    assert read_numerals(said) == below
    if many:
        assert read_numerals(f"{written(many)}亿{'零' + said if below else ''}") == many * 100_000_000 + below


@given(st.text("零一二三九壹玖十拾百佰千仟万亿〇两", max_size=12))
def test_any_numerals_are_a_number_or_none(text):
    found = read_numerals(text)
    assert found is None or found >= 0
