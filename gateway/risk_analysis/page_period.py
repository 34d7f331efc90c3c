"""What pages of the analysis ask of an address beside their own: two days, and the filters that take them."""

from collections.abc import Mapping
from datetime import date, datetime

from gateway.console.render import PageError
from gateway.console.table import Filter
from gateway.risk_analysis.chosen import Chosen
from gateway.risk_analysis.period import Period, period_of
from gateway.runtime.denial import DeniedError
from risk_monitor.names import KINDS

DAYS = (Filter("since", "risk-from-day", kind="day"), Filter("until", "risk-to-day", kind="day"))
OF_TYPE = Filter("type", "risk-type", options=KINDS, prefix="risk-type-")


def period_asked(filters: Mapping[str, str], now: datetime) -> Period:
    """Return the days that are asked for. Raises PageError."""
    since, until = (date.fromisoformat(filters[key]) if filters[key] else None for key in ("since", "until"))
    try:
        return period_of(since, until, now)
    except DeniedError as fault:
        raise PageError("table-address", 400) from fault


def chosen_asked(filters: Mapping[str, str], now: datetime) -> Chosen:
    """Return what is to be looked at. Raises PageError."""
    kind, division, section = (filters.get(key) or None for key in ("type", "division", "section"))
    return Chosen(period_asked(filters, now), kind, division, section)
