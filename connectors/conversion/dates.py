"""Dates of every shape and granularity agencies write, as ISO 8601: a day, a month ("2024-05") or a year. Pure."""

import calendar
import re
import unicodedata
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache

from connectors.conversion.cells import NULLS, CellError
from connectors.model.calendar import SHANGHAI, day_of

NO_END = frozenset({"2099-12-31", "9999-12-31", "2999-12-31"})  # "for ever", as agencies write it
INFINITY = "infinity"  # and as PostgreSQL does
_TIME = r"(?:[ T]?(\d{1,2}):(\d{2})(?::\d{2})?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?"
_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?" + _TIME)
_PLAIN = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?")
_DAY_FIRST = re.compile(r"(\d{1,2})(-|/|\.)(\d{1,2})\2(\d{4})" + _TIME)
_MONTH = re.compile(r"(\d{4})(?:-|/|\.|年度?) *(\d{1,2}) *月?")
_PLAIN_MONTH = re.compile(r"((?:19|20|21)\d\d)(0[1-9]|1[0-2])")  # 202405, as periods of tax and insurance are written
_YEAR = re.compile(r"((?:19|20|21)\d\d)年?(?:度)?")
_SERIAL = re.compile(r"([2-6]\d{4})(?:\.\d+)?")  # days since 1899-12-30, as spreadsheets keep dates
_FIRST_SERIAL = 21916  # 1960: below it lie 20243 and the like, which are months without their zero
_EPOCH = re.compile(r"(\d{13})")  # milliseconds, as web interfaces give them; the day is Shanghai's
_NUMERALS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_TENS = re.compile(r"(\d?)十(\d?)")


@lru_cache(maxsize=100_000)
def read_date(cell: str, *, day_first: bool = False) -> str | None:
    """Return an ISO date, None for the usual nulls. Raises CellError. `day_first`: 2/1/2020 is the second of January.

    Reads 2020-01-02, 2020/1/2, 2020.1.2, 20200102, 2020年1月2日 or 二〇二〇年一月二日, with a time or not; a month or a
    year alone; spreadsheet serials; moments with their offset, whose day is Shanghai's; milliseconds since 1970.
    """
    value = unicodedata.normalize("NFKC", cell).strip()
    if value in NULLS:
        return None
    if "年" in value and not value[:1].isdecimal():
        value = _TENS.sub(lambda found: f"{found[1] or 1}{found[2] or 0}", value.translate(_NUMERALS))
    try:
        found = _DAY_FIRST.fullmatch(value) if day_first else None
        read = _read(f"{found[4]}-{found[3]}-{found[1]}" if found else value)
    except (ValueError, OverflowError) as fault:
        raise CellError("date_impossible", "没有这一天 there is no such day") from fault
    if read is None:
        text = "不是日期，应为 2024-01-31 not a date: write it like this"
        if _DAY_FIRST.fullmatch(value):
            text += "；若日在前，请在映射中声明 day_first if the day comes first, declare it"
        raise CellError("date_unreadable", text)
    if read < "1900":
        raise CellError("date_impossible", "早于 1900 年 before 1900")
    return read


def _read(value: str) -> str | None:
    if found := _DAY.fullmatch(value):
        day = date(int(found[1]), int(found[2]), int(found[3]))
        return (_in_shanghai(day, found) if found[6] else day).isoformat()
    if found := _PLAIN.fullmatch(value):
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    if (found := _SERIAL.fullmatch(value)) and int(found[1]) >= _FIRST_SERIAL:
        return (date(1899, 12, 30) + timedelta(days=int(found[1]))).isoformat()
    if found := _MONTH.fullmatch(value) or _PLAIN_MONTH.fullmatch(value):
        return date(int(found[1]), int(found[2]), 1).isoformat()[:7]
    if found := _YEAR.fullmatch(value):
        return found[1]
    if found := _EPOCH.fullmatch(value):
        return datetime.fromtimestamp(int(found[1]) / 1000, SHANGHAI).date().isoformat()
    return None


def _in_shanghai(day: date, found: re.Match[str]) -> date:
    """Return the day it was in Shanghai at a moment that names its offset."""
    zone = found[6].replace(":", "").replace("Z", "+0000")
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:]))
    at = datetime.combine(day, time(int(found[4]), int(found[5])), timezone(-offset if zone[0] == "-" else offset))
    return day_of(at)


def read_until(cell: str, *, day_first: bool = False) -> str | None:
    """Return an ISO date, None for the sentinels that mean "for ever"."""
    if cell.strip() == INFINITY:
        return None
    value = read_date(cell, day_first=day_first)
    return None if value in NO_END else value


def first_day(value: str) -> str:
    """Return the first day of an ISO day, month or year."""
    return (value + "-01-01")[:10] if len(value) == 4 else (value + "-01")[:10]


def last_day(value: str) -> str:
    """Return the last day of an ISO day, month or year."""
    if len(value) == 4:
        return f"{value}-12-31"
    if len(value) == 7:
        return f"{value}-{calendar.monthrange(int(value[:4]), int(value[5:]))[1]:02d}"
    return value


def add_months(day: str, months: int) -> str:
    """Return the ISO day so many months later; the end of a month stays within it."""
    at = date.fromisoformat(day)
    count = at.year * 12 + at.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(at.day, calendar.monthrange(year, month)[1])).isoformat()
