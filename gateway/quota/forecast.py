"""How a quota will last: the pace of the last days, what it comes to by the month's end, when it runs out. Pure."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

PACE_DAYS = 14


@dataclass(frozen=True)
class Forecast:
    """Units a day by the pace of the last days; used by the month's end at this pace; the first day that finds too
    little left, None where there will be enough or there is no limit. `days` are the whole ones that the pace is the
    mean of, 0 where it is today's use.
    """

    pace: Fraction
    expected: int
    runs_out: date | None
    days: int


def forecast(used: Mapping[date, int], today: date, most: int | None) -> Forecast:
    """Forecast a calendar month from the units used on each day, `used`, and the month's limit.

    The pace is the mean of up to PACE_DAYS whole days before today, from the first on that anything was used; where
    there is none yet, today's use.
    """
    window = [today - timedelta(days=back) for back in range(PACE_DAYS, 0, -1)]
    begun = next((place for place, day in enumerate(window) if used.get(day)), None)
    days = window[begun:] if begun is not None else [today]
    pace = Fraction(sum(used.get(day, 0) for day in days), len(days))
    spent = sum(units for day, units in used.items() if (day.year, day.month) == (today.year, today.month))
    last = monthrange(today.year, today.month)[1]
    return Forecast(
        pace, ceil(spent + pace * (last - today.day)), _runs_out(spent, pace, today, last, most),
        len(days) if begun is not None else 0,
    )  # fmt: skip


def _runs_out(spent: int, pace: Fraction, today: date, last: int, most: int | None) -> date | None:
    if most is None:
        return None
    if spent >= most:
        return today
    if not pace:
        return None
    day = today.day + ceil((most - spent) / pace)
    return today.replace(day=day) if day <= last else None
