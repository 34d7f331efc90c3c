"""Dates of every shape and granularity agencies write, as ISO 8601: a day, a month ("2024-05") or a year. Pure.

What a person reads without doubt is read. What may be two days is refused with the reason: nobody notices a wrong date.
"""

import calendar
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from connectors.conversion.cells import NULLS, SPOILT, CellError, is_spoilt, refuse_errors
from connectors.model.calendar import day_of
from connectors.model.folding import visible

NO_END = frozenset({"2099-12-31", "9999-12-31", "2999-12-31"})  # "for ever", as agencies write it
_OPEN = re.compile(  # as words, and as PostgreSQL does
    r"至?(?:长期|永久|永续|无限期|无(?:固定)?期限|(?:不约定|未约定|不限)期限)(?:有效|存续|经营)?|infinity"
)
_TIME = (
    r"(?:[ T]?(?:上午|下午|凌晨|晚上)?(\d{1,2})(?::|时)(\d{2})(?:(?::|分)(\d{2}))?(?:\.\d+)?[分秒]?"
    r" *(Z|[+-]\d\d(?::?\d\d){0,2})?(?:\[[A-Za-z_/]+\])?)?"
)
_DAY = re.compile(r"(\d{4}) *(?:[-/.、 ]|年) *(\d{1,2}) *(?:[-/.、 ]|月) *(\d{1,2})(?: *[日号]|\.)?" + _TIME)
_PLAIN = re.compile(r"(\d{4})(\d{2})(\d{2})(?:([01]\d|2[0-4])([0-5]\d)(?:[0-5]\d)?)?(?:\.0+)?")
_DAY_FIRST = re.compile(r"(\d{1,2})(-|/|\.)(\d{1,2})\2(\d{4})" + _TIME)
_IN_ENGLISH = re.compile(r"([A-Z][a-z]{2})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_MONTH = re.compile(r"(\d{4})(?:-|/|\.|年度?) *(\d{1,2}) *月?")
_PLAIN_MONTH = re.compile(r"((?:19|20|21)\d\d)(0[1-9]|1[0-2])")  # 202405, as periods of tax and insurance are written
_YEAR = re.compile(r"((?:19|20|21)\d\d)(?:年度?|\.0+)?")
_SERIAL = re.compile(r"([2-6]\d{4})(?:\.\d+)?")  # days since 1899-12-30, as spreadsheets keep dates
_FIRST_SERIAL = 21916  # 1960: below it lie 20243 and the like, which are months without their zero
# Seconds since 1970 have nine or ten digits, milliseconds eleven to thirteen; a mobile number has eleven as well.
_EPOCH = re.compile(r"-?(?:(?P<seconds>[1-9]\d{8,9})|(?!1[3-9]\d{9}$)[1-9]\d{10,12})(?:\.0+)?")
_EPOCH_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-4])")  # 2023050612
_SHORT = re.compile(r"(\d\d)(\d\d)(\d\d)|(\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?")
_NUMERALS = str.maketrans("〇零○OoОο一二三四五六七八九", "0000000123456789")
_TENS = re.compile(r"(\d?)十(\d?)")
_DASHES = str.maketrans("‐‑‒–—−", "------")


@lru_cache(maxsize=100_000)
def read_date(cell: str, *, day_first: bool = False) -> str | None:
    """Return an ISO date, None for the usual nulls. Raises CellError. `day_first`: 2/1/2020 is the second of January.

    Reads 2020-01-02, 2020/1/2, 2020.1.2, 20200102, 2020年1月2日 or 二〇二〇年一月二号, with a time or not; a month or a
    year alone; spreadsheet serials; moments with their offset, whose day is Shanghai's; seconds or milliseconds since
    1970.
    """
    value = unicodedata.normalize("NFKC", visible(cell)).strip().translate(_DASHES)
    if value in NULLS:
        return None
    refuse_errors(value)
    if "年" in value and not value[:1].isascii():
        value = _TENS.sub(lambda found: f"{found[1] or 1}{found[2] or 0}", value.translate(_NUMERALS))
    try:
        found = _DAY_FIRST.fullmatch(value) if day_first else None
        read = _read(f"{found[4]}-{found[3]}-{found[1]}" if found else value)
    except (ValueError, OverflowError) as fault:
        raise CellError("date_impossible", "没有这一天 there is no such day") from fault
    if read is None:
        raise CellError("date_unreadable", _why_unreadable(value))
    if read < "1900":
        raise CellError("date_impossible", "早于 1900 年 before 1900")
    return read


def _read(value: str) -> str | None:  # noqa: C901 - one shape after the other, the surest first
    if found := _DAY.fullmatch(value):
        return _day_at(found).isoformat()
    if (found := _PLAIN.fullmatch(value)) and (found[4] is None or _is_recent(found)):
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    if (found := _SERIAL.fullmatch(value)) and int(found[1]) >= _FIRST_SERIAL:
        return (date(1899, 12, 30) + timedelta(days=int(found[1]))).isoformat()
    if found := _YEAR.fullmatch(value):
        return found[1]
    if found := _MONTH.fullmatch(value):
        return date(int(found[1]), int(found[2]), 1).isoformat()[:7]
    if (found := _PLAIN_MONTH.fullmatch(value)) and not _is_short_day(value):
        return f"{found[1]}-{found[2]}"
    if (found := _IN_ENGLISH.fullmatch(value)) and found[1] in _MONTHS:
        return date(int(found[3]), _MONTHS[found[1]], int(found[2])).isoformat()
    if (found := _EPOCH.fullmatch(value)) and not _HOUR.fullmatch(value):
        since = int(value.partition(".")[0])
        passed = timedelta(seconds=since) if found["seconds"] else timedelta(milliseconds=since)
        return day_of(_EPOCH_BEGAN + passed).isoformat()
    return None


def _day_at(found: re.Match[str]) -> date:
    """Return the day of a date with its time, where it has one: in Shanghai, where it names its offset."""
    day = date(int(found[1]), int(found[2]), int(found[3]))
    if found[4] is None:
        return day
    hours, minutes, seconds = (int(part or 0) for part in (found[4], found[5], found[6]))
    if hours > 24 or minutes > 59 or seconds > 60 or (hours == 24 and minutes + seconds):
        raise ValueError("no such time")
    if not found[7]:
        return day  # 24:00 is the end of the day
    moment = datetime(day.year, day.month, day.day, tzinfo=_zone(found[7]))
    return day_of(moment + timedelta(hours=hours, minutes=minutes, seconds=seconds))


def _zone(offset: str) -> timezone:
    digits = offset.replace(":", "").replace("Z", "+00").ljust(7, "0")
    ahead = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]), seconds=int(digits[5:7]))
    return timezone(-ahead if digits[0] == "-" else ahead)


def _is_recent(found: re.Match[str]) -> bool:
    """Tell whether twelve or fourteen digits are a day of our time with its hour: else they may be milliseconds."""
    return "1900" <= found[1] <= "2100" and _is_day(found[1], found[2], found[3])


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _is_short_day(value: str) -> bool:
    """Tell whether six digits, or a date whose year has two, may be a day of this century or the last."""
    found = _SHORT.fullmatch(value)
    if not found:
        return False
    year, month, day = (part for part in found.groups() if part is not None)
    return _is_day(f"20{year}", month, day) or _is_day(f"19{year}", month, day)


def _why_unreadable(value: str) -> str:
    """Return why a date is refused, and what to do."""
    if is_spoilt(value):
        return SPOILT
    if _is_short_day(value):
        return "年份只有两位，可能是 YYMMDD，请写四位年份 it may be YYMMDD: write the year with four digits"
    if _HOUR.fullmatch(value):
        return "可能是年月日时，也可能是秒数 it may be a day with its hour, or seconds since 1970: write 2024-01-31"
    if value.startswith("民国"):
        return "民国纪年，请换算为公元 counted from 1912: write the year of the common era"
    if is_open_ended(value):
        return (
            "这里要写某一天，如 2026-02-01（运营方：可无期限的字段，在数据目录中声明为 type: until） "
            "a day is wanted here, as 2026-02-01 (operators: a field that may be open is declared as `type: until`)"
        )
    if _DAY_FIRST.fullmatch(value):
        return (
            "请写成 2026-02-01：分不清哪个是日、哪个是月（运营方：都是日在前的，在映射中声明 day_first） "
            "write 2026-02-01: it does not say which is the day "
            "(operators: where days stand first, the mapping says day_first)"
        )
    return "不是日期，应为 2024-01-31 no date: write 2024-01-31"


def is_open_ended(cell: str) -> bool:
    """Tell whether words say that there is no last day (长期, 无固定期限)."""
    return _OPEN.fullmatch(unicodedata.normalize("NFKC", visible(cell)).strip()) is not None


def read_until(cell: str, *, day_first: bool = False) -> str | None:
    """Return an ISO date, None for the words and the days that mean "for ever". Raises CellError."""
    try:
        value = read_date(cell, day_first=day_first)
    except CellError:
        if is_open_ended(cell):
            return None
        raise
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
