"""What Excel shows for a number, by its format."""

import pytest

from connectors.decoding.number_formats import BUILT_IN, form_of, shown_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("8123456789.12", "8123456789.12"),
        ("0.3333333333333333", "0.333333333333333"),
        ("0.30000000000000004", "0.3"),
        ("0.00000012", "0.00000012"),
        ("1.23456789012E-7", "0.000000123456789012"),
        ("123456789012345", "123456789012345"),
        ("2.0230506E7", "20230506"),
        ("100.0", "100"),
        ("-5", "-5"),
        ("1E3", "1000"),
    ],
)
def test_a_number_keeps_the_digits_that_excel_keeps(value, text):
    assert shown_number(value, "plain") == text


@pytest.mark.parametrize("value", ["1000000000000000", "2.023050600012346E16", "9.11101053e+17", "-1E15"])
def test_a_number_of_more_digits_than_excel_keeps_is_told(value):
    assert shown_number(value, "plain") is None


@pytest.mark.parametrize("value", ["x", "NaN", "1E999999999", "-1E-999999999"])
def test_what_is_no_number_comes_back(value):
    assert shown_number(value, "plain") == value


FORMATS = {
    31: "2024-03-01", 27: "2024年3月", 36: "2024年3月", 28: "2024-03-01", 57: "2024年3月", 58: "2024-03-01",
    14: "2024-03-01", 22: "2024-03-01 12:00:00", 'yyyy"年"m"月"d"日"': "2024-03-01", "yyyy年m月": "2024年3月",
    "[$-804]yyyy/m/d;@": "2024-03-01", '[DBNum1][$-804]yyyy"年"m"月"d"日"': "2024-03-01",
    "yyyy-mm-dd hh:mm": "2024-03-01 12:00:00", "0.00%": "4535250%", "General": "45352.5", '#,##0.00"元"': "45352.5",
    "0.00E+00": "45352.5", "[Red]0": "45352.5",
}  # fmt: skip


@pytest.mark.parametrize("code", FORMATS)
def test_a_date_is_what_excel_shows_whatever_the_format_is_called(code):
    form = form_of(code) if isinstance(code, str) else BUILT_IN[code]
    assert shown_number("45352.5", form) == FORMATS[code]


@pytest.mark.parametrize(
    ("value", "from_1904", "text"),
    [
        (45352, False, "2024-03-01"), (43890, True, "2024-03-01"), (0, True, "1904-01-01"), (61, False, "1900-03-01"),
        (60, False, "1900-02-29"), (59, False, "1900-02-28"), (1, False, "1900-01-01"), (0, False, "1900-01-00"),
        (-1, False, "########"), (2958465, False, "9999-12-31"), (2958466, False, "########"),
    ],
)  # fmt: skip
def test_days_are_counted_as_excel_counts_them(value, from_1904, text):
    assert shown_number(str(value), "day", from_1904=from_1904) == text
