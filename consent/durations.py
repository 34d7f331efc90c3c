"""Durations of ISO 8601 with one unit, as consents and templates name them: P30D, P2W, P3M, P1Y; P0D is none. Pure."""

import re
from calendar import monthrange
from datetime import datetime, timedelta

NONE = "P0D"
_ONE_UNIT = re.compile(r"P(0|[1-9][0-9]{0,4})([DWMY])", re.ASCII)
_MONTHS = {"M": 1, "Y": 12}
_LAST_YEAR = 9999


def read_duration(text: str) -> tuple[int, str]:
    """Return the number and the unit. Raises ValueError."""
    found = _ONE_UNIT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r}: ISO 8601，一个单位 with one unit, like P30D, P3M or P1Y")
    return int(found[1]), found[2]


def after(moment: datetime, duration: str) -> datetime:
    """Return the moment so long after, by the calendar of its own offset; never beyond the last year there is."""
    number, unit = read_duration(duration)
    if unit in _MONTHS:
        return months_after(moment, number * _MONTHS[unit])
    try:
        return moment + timedelta(days=number * (7 if unit == "W" else 1))
    except OverflowError:
        return months_after(moment, 12 * _LAST_YEAR)


def months_after(moment: datetime, months: int) -> datetime:
    """Return the same day and hour so many months on; where that month has no such day, its last one."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if year > _LAST_YEAR:
        year, month = _LAST_YEAR, 11
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def is_longer(one: str, other: str, since: datetime) -> bool:
    """Tell whether a duration ends later than another one that begins at the same moment."""
    return after(since, one) > after(since, other)
