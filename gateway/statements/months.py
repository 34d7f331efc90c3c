"""Months of China's calendar, as statements name them. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime

from connectors.model.calendar import SHANGHAI, day_of
from gateway.runtime.denial import DeniedError

_WRITTEN = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, order=True)
class Month:
    """A month, as 2026-11."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def since(self) -> datetime:
        """Return when it begins."""
        return datetime(self.year, self.number, 1, tzinfo=SHANGHAI)

    @property
    def until(self) -> datetime:
        """Return when the next one begins."""
        return self.stepped(1).since

    def stepped(self, months: int) -> "Month":
        """Return the month so many later."""
        number = self.year * 12 + self.number - 1 + months
        return Month(number // 12, number % 12 + 1)


def month_of(now: datetime) -> Month:
    """Return the month of a moment."""
    day = day_of(now)
    return Month(day.year, day.month)


def read_month(text: str, now: datetime) -> Month:
    """Read a month that is over. Raises DeniedError for any other, and for what is no month."""
    written = _WRITTEN.fullmatch(text)
    month = Month(int(written[1]), int(written[2])) if written else None
    if month is None or month.until > now:
        raise DeniedError("no-such-month")
    return month
