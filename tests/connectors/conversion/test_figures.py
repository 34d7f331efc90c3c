"""Numbers as people, spreadsheets and programs write them: read exactly, or refused; nothing is rounded in silence."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.conversion.cells import CellError
from connectors.conversion.figures import plain_decimal
from connectors.conversion.normalise import read_document, read_key, read_money, read_number, read_text
from connectors.decoding.objects import as_rows, read_objects
from connectors.model.counting import Tally


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        ("￥ 35000", "35000"),
        ("￥35,000.00", "35000"),
        ("¥35,000", "35000"),
        ("RMB 500", "500"),
        ("人民币 3.5万元", "35000"),
        ("35000元", "35000"),
        ("３５０００．５０", "35000.5"),
        ("叁万伍仟元整", "35000"),
        ("人民币叁万元", "30000"),
        ("叁万五千元", "35000"),
        ("3万5千元", "35000"),
        ("5000（元）", "5000"),
        ("5000\u200b", "5000"),
        ("\ufeff5000", "5000"),
        ("0.00", "0"),
    ],
)
def test_an_amount_is_read_however_it_is_written(cell, yuan):
    assert read_money(cell, "元") == yuan


@pytest.mark.parametrize(
    "cell", ["约5", "5-10", "5万元以上", "500.5.5", "100%", "免于罚款", "一万四", "100,00", "12,34.5", "1 2"]
)
def test_a_doubtful_amount_is_refused(cell):
    with pytest.raises(CellError, match="money_unreadable"):
        read_money(cell, "万元")


@pytest.mark.parametrize("cell", ["3.5E+04", "1.2e3", "9.11E+17"])
def test_scientific_notation_is_refused_and_says_what_to_do(cell):
    for read in (
        lambda: read_money(cell, "元"),
        lambda: read_number(cell),
        lambda: read_key(cell),
        lambda: read_document(cell),
    ):
        with pytest.raises(CellError) as refused:
            read()
        assert refused.value.code == "spreadsheet_notation"
        assert "Excel" in refused.value.text
        assert "文本" in refused.value.text


def test_an_exponent_without_its_sign_is_no_amount_either():
    for read in (lambda: read_money("1e3", "元"), lambda: read_number("2E4")):
        with pytest.raises(CellError, match="spreadsheet_notation"):
            read()


def test_letters_that_are_no_exponent_are_no_notation():
    assert [read_document(text) for text in ("2E17", "京E2024", "E+1", "1E")] == ["2E17", "京E2024", "E+1", "1E"]
    assert read_text("2.02E+17") == "2.02E+17"  # a sentence is not a number


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#####", "########"])
def test_a_spreadsheets_errors_are_refused_in_every_column(cell):
    for read in (
        lambda: read_money(cell, "元"),
        lambda: read_number(cell),
        lambda: read_text(cell),
        lambda: read_key(cell),
    ):
        with pytest.raises(CellError, match="spreadsheet_error"):
            read()
    assert read_text("#1楼") == "#1楼"


@pytest.mark.parametrize(
    ("cell", "unit", "into", "value"),
    [
        ("1.23456789", "万元", "万元", "1.23456789"),
        ("12345.6789", "元", "万元", "1.23456789"),
        ("0.10000000000000000555", "元", "元", "0.10000000000000000555"),
        ("1234.56", "元", "亿元", "0.0000123456"),
    ],
)
def test_an_amount_keeps_all_its_places(cell, unit, into, value):
    assert read_money(cell, unit, into) == value


def test_what_no_number_of_places_holds_is_rounded_or_refused_as_it_says():
    assert read_number("1亩", into="㎡") == "666.666667"
    assert read_number("33.33333333%") == "0.3333333333"
    for cell in ("0." + "3" * 21, "1" * 61):
        with pytest.raises(CellError, match="number_too_precise"):
            read_number(cell)
    assert [read_number(cell, into="人") for cell in ("三十人", "十二", "-5")] == ["30", "12", "-5"]


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40).filter(
        lambda n: -60 < n.adjusted() < 60
    )
)
def test_a_json_number_is_the_same_number_in_plain_digits(number):
    plain = plain_decimal(f"{number:E}")
    assert "E" not in plain.upper()
    assert Decimal(plain) == number


@pytest.mark.parametrize("written", ["1e99999999999912345678901234567890", "-2.5E-99999999999999999999999"])
def test_a_json_number_that_no_decimal_can_hold_stays_as_it_is(written):
    assert plain_decimal(written) == written


def test_json_numbers_with_exponents_are_amounts_and_absurd_ones_are_not(tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_text('{"a": 1.23456789E7, "b": 1e3, "c": 1e999999999, "d": "1e3", "e": 12345678.9}\n', "utf-8")
    _, _, rows = read_objects(path, b"{", Tally())
    assert next(rows)[1] == ["12345678.9", "1000", "1e999999999", "1e3", "12345678.9"]
    assert as_rows([{"a": Decimal("1.5E+3"), "b": 7}])[1] == [["1500", "7"]]
