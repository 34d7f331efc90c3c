"""The days of a month within a period. Pure."""

from calendar import monthrange
from datetime import date

from gateway.risk_analysis.period import Period


def days_of(month: str, within: Period) -> Period:
    """Return the days of a month, such as 2026-11, that lie in a period."""
    first = date.fromisoformat(f"{month}-01")
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return Period(max(first, within.first), min(last, within.last))
