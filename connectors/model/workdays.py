"""Working days in China: public holidays are free, the Saturdays and Sundays worked in their stead are not. Pure.

The holidays of a year are announced in the autumn before. In a year that is not known yet Monday to Friday are counted,
and whoever asks is told so.
"""

from datetime import date, timedelta
from typing import NamedTuple

from chinese_calendar import is_workday
from chinese_calendar.constants import holidays

FIRST_KNOWN: int = min(holidays).year
LAST_KNOWN: int = max(holidays).year
_SATURDAY = 5  # of date.weekday()


class WorkdayAfter(NamedTuple):
    """A day, and whether holidays on the way to it were not known."""

    day: date
    provisional: bool


def is_known(day: date) -> bool:
    """Tell whether the holidays of a day's year are known."""
    return FIRST_KNOWN <= day.year <= LAST_KNOWN


def is_working(day: date) -> bool:
    """Tell whether a day is worked; by its weekday alone where the holidays of its year are not known."""
    return bool(is_workday(day)) if is_known(day) else day.weekday() < _SATURDAY


def workday_after(day: date, count: int) -> WorkdayAfter:
    """Return the count-th working day after a day, which itself is not counted; the day itself for none."""
    provisional = False
    while count:
        day += timedelta(days=1)
        provisional = provisional or not is_known(day)
        count -= is_working(day)
    return WorkdayAfter(day, provisional)
