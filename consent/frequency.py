"""How often a consent may be used within an hour, a day, a month or a year; by the calendar or from its begin. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from consent.durations import months_after
from consent.parts import Limit

_SPAN = {"H": timedelta(hours=1), "D": timedelta(days=1)}
_MONTHS = {"M": 1, "Y": 12}
_LONGEST = {**_SPAN, "M": timedelta(days=31), "Y": timedelta(days=366)}


@dataclass(frozen=True)
class Used:
    """Which limit leaves no room, and when its period is over."""

    limit: Limit
    until: datetime


def period_of(limit: Limit, valid_from: datetime, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the period (half open) that a moment lies in."""
    if limit.alignment == "calendar":
        return _of_calendar(limit.unit, now.astimezone(zone))
    begin = valid_from.astimezone(zone)
    if limit.unit in _SPAN:
        span = _SPAN[limit.unit]
        starts = begin + span * max(0, (now - begin) // span)
        return starts, starts + span
    step = _MONTHS[limit.unit]
    here = now.astimezone(zone)
    passed = max(0, ((here.year - begin.year) * 12 + here.month - begin.month) // step)
    while passed and months_after(begin, passed * step) > here:
        passed -= 1
    return months_after(begin, passed * step), months_after(begin, (passed + 1) * step)


def longest(limit: Limit) -> timedelta:
    """Return a time that no period of a limit is longer than."""
    return _LONGEST[limit.unit]


def find_used_up(
    limits: Sequence[Limit], valid_from: datetime, uses: Sequence[datetime], now: datetime, zone: tzinfo
) -> Used | None:
    """Return the limit that leaves no room for one more use, the one that lasts longest; None where all do."""
    full = []
    for limit in limits:
        starts, ends = period_of(limit, valid_from, now, zone)
        if sum(starts <= used < ends for used in uses) >= limit.count:
            full.append(Used(limit, ends))
    return max(full, key=lambda one: one.until, default=None)


def _of_calendar(unit: str, here: datetime) -> tuple[datetime, datetime]:
    hour = here.replace(minute=0, second=0, microsecond=0)
    if unit == "H":
        return hour, hour + _SPAN["H"]
    day = hour.replace(hour=0)
    if unit == "D":
        return day, day + _SPAN["D"]
    starts = day.replace(day=1) if unit == "M" else day.replace(month=1, day=1)
    return starts, months_after(starts, _MONTHS[unit])
