"""Cells into values: published forms, every refusal, and arithmetic that cannot lose a cent."""

from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.conversion.cells import EXAMPLE_MARK, CellError, without_citizens
from connectors.conversion.dates import read_date, read_until
from connectors.conversion.normalise import (
    code_table,
    find_fine,
    read_code,
    read_currency,
    read_list,
    read_money,
    read_number,
    read_text,
)
from connectors.conversion.numerals import read_numerals
from signing.canonical import canonical_bytes
from tests.enterprises import citizen, uscc


@pytest.mark.parametrize(
    "cell",
    [
        "2020-01-02",
        "2020/1/2",
        "2020.01.02",
        "20200102",
        "2020年1月2日",
        "2020-01-02 10:39:00",
        "2020/1/2 0:00",
        "２０２０-０１-０２",
        " 2020-01-02 ",
        "43832",
        "43832.5",
    ],
)
def test_one_day_however_it_is_written(cell):
    assert read_date(cell) == "2020-01-02"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2020-02-30", "date_impossible"),
        ("1800-01-01", "date_impossible"),
        ("罚款5612", "date_unreadable"),
        ("2020-13-01", "date_impossible"),
        ("9.111E+17", "date_unreadable"),
        ("1", "date_unreadable"),
    ],
)
def test_what_is_no_day_is_refused_with_its_reason(cell, code):
    with pytest.raises(CellError) as refused:
        read_date(cell)
    assert refused.value.code == code


@pytest.mark.parametrize("cell", ["2024-05", "2024/5", "2024.05", "2024年5月", "202405"])
def test_a_month_however_it_is_written(cell):
    assert read_date(cell) == "2024-05"


def test_the_sentinels_for_ever_are_no_end_but_stay_a_date_elsewhere():
    assert [read_until(cell) for cell in ("2099-12-31", "2099/12/31", "9999-12-31", "/")] == [None] * 4
    assert read_until("2024-05-01") == "2024-05-01"
    assert read_date("2099-12-31") == "2099-12-31"


@pytest.mark.parametrize(
    ("cell", "unit", "value"),
    [
        ("0.02", "万元", "0.02"),
        ("3.5万元", "元", "35000"),
        ("35000元", "万元", "3.5"),
        ("1,435,313.650", "元", "1435313.65"),
        ("80(万元人民币)", "万元", "80"),
        ("30万人民币", "万元", "30"),
        ("41.5万人民币元", "万元", "41.5"),
        ("1亿", "万元", "10000"),
        ("￥100", "元", "100"),
        ("0", "元", "0"),
        ("/", "元", None),
        ("N/A", "万元", None),
    ],
)
def test_money_is_read_in_its_declared_unit(cell, unit, value):
    assert read_money(cell, unit) == value


@pytest.mark.parametrize(
    ("cell", "code"), [("-1", "money_negative"), ("罚款", "money_unreadable"), ("9" * 16, "money_too_large")]
)
def test_what_is_no_amount_is_refused(cell, code):
    with pytest.raises(CellError) as refused:
        read_money(cell, "元")
    assert refused.value.code == code


def test_a_foreign_amount_is_read_only_where_another_field_tells_its_currency():
    assert read_money("5,000(万香港元)", "万元", foreign=True) == "5000"
    for cell in ("5,000(万香港元)", "5万美元", "3000港币"):
        with pytest.raises(CellError) as refused:
            read_money(cell, "万元")
        assert refused.value.code == "money_foreign"


@pytest.mark.parametrize("cell", ["1,5", "5,00", "1,234,56", "12,", ",5", "1,2345"])
def test_separators_that_separate_no_thousands_are_no_amount(cell):
    for read in (lambda: read_money(cell, "元"), lambda: read_number(cell)):
        with pytest.raises(CellError, match="unreadable"):
            read()


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024-03-04T16:00:00Z", "2024-03-05"),
        ("2024-03-04T15:59:59Z", "2024-03-04"),
        ("2024-03-05T00:10:00+08:00", "2024-03-05"),
        ("2024/3/4 23:30:00-0500", "2024-03-05"),
        ("2024-03-05 23:30", "2024-03-05"),
    ],
)
def test_a_moment_with_its_offset_is_a_day_in_shanghai(cell, day):
    assert read_date(cell) == day


def test_a_month_without_its_zero_is_no_spreadsheets_day():
    assert read_date("45356") == "2024-03-05"
    with pytest.raises(CellError, match="date_unreadable"):
        read_date("20243")


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_yuan_and_ten_thousand_yuan_are_the_same_money(amount):
    assert Decimal(read_money(f"{amount:f}", "元")) == amount
    assert Decimal(read_money(f"{amount:f}元", "万元")) * 10_000 == amount


def test_a_currency_is_told_from_the_same_cell():
    assert [read_currency(c) for c in ("80(万元人民币)", "30万美元", "5,000(万香港元)", "30", "N/A")] == [
        "CNY",
        "USD",
        "HKD",
        "CNY",
        None,
    ]


def test_a_currency_in_a_column_of_its_own_is_told_by_its_name_or_code():
    named = {
        "英镑": "GBP",
        "USD": "USD",
        "rmb": "CNY",
        "人民币元": "CNY",
        "元": "CNY",
        "日元": "JPY",
        "百分": "CNY",
        "ABC": "CNY",
    }
    assert {word: read_currency(word) for word in named} == named


def test_words_without_a_code_have_the_one_for_all_others_where_there_is_one():
    codes = code_table({"open": "存续", "other": "其他"}, {"在业": "open"})
    assert [read_code(word, codes, "other") for word in ("存续", "在业", "已迁至外省", "/")] == [
        "open",
        "open",
        "other",
        None,
    ]
    with pytest.raises(CellError, match="code_unknown"):
        read_code("已迁至外省", codes)
    for word, reason in (("#N/A", "spreadsheet_error"), (EXAMPLE_MARK, "example_row")):
        with pytest.raises(CellError, match=reason):
            read_code(word, codes, "other")


def test_a_fine_is_found_inside_a_sentence():
    assert find_fine("罚款2000元", "元") == "2000"
    assert find_fine("警告；罚款人民币3.5万元", "元") == "35000"
    assert find_fine("警告", "元") is None


@pytest.mark.parametrize(
    ("sentence", "yuan"),
    [
        ("责令停止违法行为，限三日内改正，处以壹万元罚款。", "10000"),
        ("责令十日内改正，处一万四千元罚款。", "14000"),
        ("处以人民币贰仟叁佰壹拾陆元的罚款", "2316"),
        ("给予罚款人民币三万元", "30000"),
        ("三日内改正，两台机械分别处五千元，共计一万元罚款。", "10000"),
        ("罚款2000元；罚款2000元", "2000"),
        ("对甲处罚款四万元，对乙处罚款二万元", None),
        ("没收违法所得二千六百五十四元。", None),
        ("处五十万元以下罚款", None),
    ],
)
def test_a_fine_in_words_is_read_where_the_sentence_leaves_no_doubt(sentence, yuan):
    assert find_fine(sentence, "元") == yuan


@given(st.integers(min_value=0, max_value=99_999_999))
def test_numerals_are_read_as_they_are_written(number):
    assert read_numerals(written(number)) == number


def written(number):
    def group(value):
        said = ""
        for step, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit = value // step % 10
            said += "零一二三四五六七八九"[digit] + word if digit else "" if said.endswith("零") or not said else "零"
        return said.rstrip("零") or "零"

    return (
        group(number)
        if number < 10_000
        else group(number // 10_000) + "万" + ("" if number % 10_000 == 0 else "零" + group(number % 10_000))
    )


def test_text_loses_nulls_control_characters_and_citizen_numbers():
    assert [read_text(cell) for cell in ("/", " 无 ", "", "N/A")] == [None] * 4
    assert read_text("a\tb") == "a b"
    cleaned = read_text(f"当事人身份证号{citizen(5)}，已处理")
    assert citizen(5) not in cleaned
    assert "已隐去" in cleaned
    slipped = citizen(5)[:17] + ("1" if citizen(5)[17] != "1" else "2")
    assert slipped not in read_text(f"身份证号{slipped}")
    assert read_text(f"企业代码 {uscc(1)}") == f"企业代码 {uscc(1)}"


def test_lists_and_codes():
    assert read_list("罚款;没收违法所得、没收非法财物") == ["罚款", "没收违法所得、没收非法财物"]
    assert read_code("警告", {"警告": "1"}) == "1"
    with pytest.raises(CellError, match="code_unknown"):
        read_code("批评", {"警告": "1"})


@given(st.dictionaries(st.text("abcdefz_", min_size=1), st.text() | st.none() | st.lists(st.text())))
def test_the_fast_encoder_gives_the_canonical_bytes_of_a_record(fields):
    try:
        expected = canonical_bytes(fields)
    except Exception:  # noqa: BLE001 - lone surrogates have no form in either
        return
    assert orjson.dumps(fields, option=orjson.OPT_SORT_KEYS) == expected


def test_day_first_is_read_only_where_it_is_declared():
    assert read_date("14/9/2021 16:16:10", day_first=True) == "2021-09-14"
    assert read_date("2/7/2024", day_first=True) == "2024-07-02"
    assert read_date("2021-09-14", day_first=True) == "2021-09-14"
    assert read_until("31.12.2099", day_first=True) is None
    with pytest.raises(CellError, match="date_impossible"):
        read_date("9/14/2021", day_first=True)
    with pytest.raises(CellError) as refusal:
        read_date("2/7/2024")
    assert "day_first" in refusal.value.text


@pytest.mark.parametrize("cell", ["2021年度2  月", "2021年2月", "2021-02", "2021年度2月"])
def test_one_month_however_it_is_written(cell):
    assert read_date(cell) == "2021-02"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("身份证11010519491231002X的当事人", "身份证〔证件号已隐去〕的当事人"),
        ("ID11010519491231002x", "ID〔证件号已隐去〕"),
        ("11010519491231003X", "〔证件号已隐去〕"),  # a slip in the check digit
        ("WZ110105194912310030", "WZ110105194912310030"),  # a document's number: too long
        ("WZ110105194912310031", "WZ110105194912310031"),
        ("A110105194912310010", "A110105194912310010"),  # the check digit says it is none
        ("911101051949123100", "911101051949123100"),
    ],
)
def test_a_citizen_number_is_taken_out_also_right_after_a_letter(text, kept):
    assert without_citizens(text) == kept
