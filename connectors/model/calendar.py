"""The calendar of all days and periods: China's, wherever the program runs. Pure."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = frozenset({22, 23, 0, 1, 2, 3, 4, 5})  # hours of the day


def day_of(moment: datetime) -> date:
    """Return the calendar day of a moment (Asia/Shanghai)."""
    return moment.astimezone(SHANGHAI).date()


def day_starts(day: date) -> datetime:
    """Return when a calendar day begins (Asia/Shanghai)."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def day_ends(day: date) -> datetime:
    """Return when a calendar day is over, as the next begins (Asia/Shanghai). Raises OverflowError after the last."""
    return day_starts(day + timedelta(days=1))


def last_passing(hour: int, now: datetime) -> datetime:
    """Return when the clock last struck an hour of the day, this very moment included (Asia/Shanghai)."""
    local = now.astimezone(SHANGHAI)
    struck = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return struck - timedelta(days=1) if struck > local else struck


def month_starts(now: datetime, months: int) -> list[datetime]:
    """Return when each of the last months began, oldest first; the last is the month of `now`."""
    today = day_of(now)
    numbers = [today.year * 12 + today.month - 1 - back for back in reversed(range(months))]
    return [datetime(number // 12, number % 12 + 1, 1, tzinfo=SHANGHAI) for number in numbers]


def is_night(moment: datetime) -> bool:
    """Tell whether a moment falls at night, from 22:00 to 06:00 (Asia/Shanghai)."""
    return moment.astimezone(SHANGHAI).hour in NIGHT
