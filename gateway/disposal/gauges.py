"""What monitoring is told of cases."""

from collections.abc import Iterable, Mapping
from datetime import date

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from gateway.runtime.clock import now
from risk_monitor.case_names import OUTCOMES, STATES

_COUNT = text("""
    SELECT state, outcome, count(*) AS cases,
           count(*) FILTER (WHERE closed_at IS NULL AND due_on < :today) AS overdue,
           count(*) FILTER (WHERE asks IS NOT NULL) AS asked
    FROM disposal_case GROUP BY state, outcome
""")


class CaseGauges:
    """How many cases are open, by their state; are open past their day; wait for the city; ended, by how."""

    def __init__(self, states: Mapping[str, int], outcomes: Mapping[str, int], overdue: int, asked: int) -> None:
        self._states, self._outcomes, self._overdue, self._asked = states, outcomes, overdue, asked

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges."""
        yield _by("xinqiao_cases_open", "Cases of risks that are open, by their state", "state", self._states)
        yield GaugeMetricFamily("xinqiao_cases_overdue", "Cases that are open past their day", self._overdue)
        yield GaugeMetricFamily(
            "xinqiao_cases_asked", "Cases of which an office asks the city for something", self._asked
        )
        yield _by("xinqiao_cases_closed", "Cases that ended, by how", "outcome", self._outcomes)


async def gauge_cases(session: AsyncSession) -> CaseGauges:
    """Count them now."""
    today: date = day_of(now())
    rows = (await session.execute(_COUNT, {"today": today})).all()
    states: dict[str, int] = {
        state: sum(row.cases for row in rows if row.state == state) for state in STATES if state != "closed"
    }
    outcomes: dict[str, int] = {
        outcome: sum(row.cases for row in rows if row.outcome == outcome) for outcome in OUTCOMES
    }
    return CaseGauges(states, outcomes, sum(row.overdue for row in rows), sum(row.asked for row in rows))


def _by(name: str, told: str, label: str, counts: Mapping[str, int]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, told, labels=[label])
    for value, number in counts.items():
        gauge.add_metric([value], number)
    return gauge
