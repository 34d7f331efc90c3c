"""The days that are looked at: the last twelve months unless others are asked for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connectors.model.calendar import day_ends, day_of, day_starts, month_starts
from gateway.runtime.filters import refuse_filter

MONTHS = 12
MOST_DAYS = 3660


@dataclass(frozen=True)
class Period:
    """Days from the first to the last, both included."""

    first: date
    last: date

    @property
    def after(self) -> date:
        """The day after the last."""
        return self.last + timedelta(days=1)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """When it begins, and when it is over (Asia/Shanghai)."""
        return day_starts(self.first), day_ends(self.last)


def period_of(since: date | None, until: date | None, now: datetime) -> Period:
    """Return the days from `since` to `until`; without them, those of the last twelve months up to today.

    Raises DeniedError where it ends before it begins, or is longer than ten years.
    """
    last = until or day_of(now)
    first = since or min(last, day_of(month_starts(now, MONTHS)[0]))
    if last == date.max or not 0 <= (last - first).days <= MOST_DAYS:
        raise refuse_filter(
            "since",
            f"时段须自早至晚，至多 {MOST_DAYS} 天 from an earlier day to a later, {MOST_DAYS} at most",
        )
    return Period(first, last)
