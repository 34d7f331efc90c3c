"""Dates as people and programs write them: read where nobody doubts the day, refused with the reason where one may."""

import pytest

from connectors.conversion.cells import CellError
from connectors.conversion.dates import read_date, read_until


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("1988-07-01T00:00:00+09:00", "1988-07-01"),  # China kept summer time from 1986 to 1991
        ("1988-06-30T15:00:00Z", "1988-07-01"),
        ("1988-06-30T14:59:59Z", "1988-06-30"),
        ("583686000000", "1988-07-01"),
        ("583685999999", "1988-06-30"),
        ("1900-01-01 00:00:00+08:05:43", "1900-01-01"),  # the sun's time of Shanghai
        ("2024-01-02T23:30:00.000+0000", "2024-01-03"),
        ("2024-01-02T16:30:00Z", "2024-01-03"),
        ("2024-01-02T00:00:00+08:00[Asia/Shanghai]", "2024-01-02"),
        ("2024-01-02 24:00:00", "2024-01-02"),
        ("2024-01-01 24:00:00+08:00", "2024-01-02"),
    ],
)
def test_a_moment_is_a_day_in_shanghai_also_in_summers_that_had_their_own_time(cell, day):
    assert read_date(cell) == day


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("1683302400", "2023-05-06"),
        ("925747200", "1999-05-04"),
        ("1683302400000", "2023-05-06"),
        ("925747200000", "1999-05-04"),
        ("999964800000", "2001-09-09"),
        ("1000051200000", "2001-09-10"),
        ("63043200000", "1972-01-01"),
        ("-441878400000", "1956-01-01"),
        ("-441878400", "1956-01-01"),
        ("1683302400000.0", "2023-05-06"),
    ],
)
def test_seconds_and_milliseconds_since_1970_are_told_by_their_length(cell, day):
    assert read_date(cell) == day


@pytest.mark.parametrize(
    "cell",
    [
        "2023年5月6号", "2023 年5 月6 日", "二O二三年五月六日", "二〇二三年五月六日",
         "二○二三年五月六号", "二零二三年五月六日", "二0二三年五月六日",
        "20230506.0", "45052.0", "２０２３．５．６", "2023.5.6.", "2023、5、6", "2023 5 6", "2023—05—06",
        "2023-5-6 上午10:00",
        "2023年5月6日10时30分", "202305061030", "20230506103000", "May 6, 2023", "2023-05-06\u200b", "\ufeff2023/5/6",
    ],
)  # fmt: skip
def test_what_a_person_reads_without_doubt_is_read(cell):
    assert read_date(cell) == "2023-05-06"


def test_twelve_digits_are_a_day_with_its_time_where_they_can_be_one():
    assert read_date("202401021530") == read_date("20240102153000") == "2024-01-02"


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("190506", "YYMMDD"),
        ("200506", "YYMMDD"),
        ("230506", "YYMMDD"),
        ("211231", "YYMMDD"),
        ("24-1-2", "YYMMDD"),
        ("22.5.6", "YYMMDD"),
        ("2023050612", "秒数"),
        ("民国110年1月2日", "公元"),
        ("1/2/2020", "day_first"),
        ("13/2/2020", "请写成 2026-02-01"),
        ("2.02E+17", "Excel"),
        ("6-May-23", "2024-01-31"),
        ("2024-W01", "2024-01-31"),
        ("5月6日", "2024-01-31"),
        ("2023年05月06日至2024年05月05日", "2024-01-31"),
        ("13800138000", "2024-01-31"),
        ("0577888888", "2024-01-31"),
        ("0", "2024-01-31"),
        ("60", "2024-01-31"),
        ("43/2023", "2024-01-31"),
    ],
)
def test_what_may_be_another_day_is_refused_and_says_why(cell, why):
    with pytest.raises(CellError) as refused:
        read_date(cell)
    assert (refused.value.code, why in refused.value.text) == ("date_unreadable", True), refused.value.text


@pytest.mark.parametrize(
    "cell",
    [
        "0000-00-00", "0000-00-00 00:00:00", "2023-02-29", "1900-02-29", "2024-13-01", "1899-12-30", "2023-02-30",
        "2024-01-02 25:00", "2024-01-02 10:61", "2024-01-02T24:00:01Z",
    ],
)  # fmt: skip
def test_days_and_times_that_never_were_are_refused(cell):
    with pytest.raises(CellError) as refused:
        read_date(cell)
    assert refused.value.code == "date_impossible"


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("202405", "2024-05"), ("202313", None), ("2023.0", "2023"), ("2023", "2023"), ("2023.05", "2023-05"),
        ("2024年1月", "2024-01"), ("1900-01-01", "1900-01-01"), ("1970-01-01", "1970-01-01"),
        ("9999-12-31", "9999-12-31"), ("45292.5", "2024-01-01"), ("2024/1/2 0:00", "2024-01-02"),
        ("2024-02-29", "2024-02-29"),
    ],
)  # fmt: skip
def test_months_years_and_borders(cell, read):
    if read is None:
        with pytest.raises(CellError):
            read_date(cell)
    else:
        assert read_date(cell) == read


def test_for_ever_is_no_end_also_as_milliseconds_would_never_say_it():
    assert read_until("9999-12-31") is None
    with pytest.raises(CellError, match="spreadsheet_error"):
        read_until("#REF!")


OPEN = ["长期", "长期有效", " 长期 ", "无期限", "无固定期限", "永久", "永久有效", "不约定期限", "至长期", "infinity"]


@pytest.mark.parametrize("cell", OPEN)
def test_a_last_day_may_be_open_in_words(cell):
    assert read_until(cell) is None
    assert read_until(cell, day_first=True) is None


@pytest.mark.parametrize("cell", OPEN)
def test_words_for_no_end_in_a_plain_date_are_told_that_a_day_is_wanted(cell):
    with pytest.raises(CellError) as refusal:
        read_date(cell)
    assert refusal.value.text.startswith("这里要写某一天，如 2026-02-01（运营方")
    assert "2099" not in refusal.value.text  # no last day: it would become a day far off


@pytest.mark.parametrize("cell", ["长期未交", "永久性用地", "有期限", "期限"])
def test_other_words_are_no_open_end(cell):
    with pytest.raises(CellError, match="date_unreadable"):
        read_until(cell)
