"""The calendar of all days and periods: China's, wherever the program runs. Pure."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_of(moment: datetime) -> date:
    """Return the calendar day of a moment (Asia/Shanghai)."""
    return moment.astimezone(SHANGHAI).date()
