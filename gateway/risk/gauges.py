"""What monitoring is told of the risk watch."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.runtime.clock import now
from risk_monitor.names import LEVELS

_OPEN = text("SELECT point, subjects FROM risk_open WHERE as_of = (SELECT max(as_of) FROM risk_open) ORDER BY 1")
_LAST = text("SELECT judged_at, notice, warning, restriction FROM risk_day ORDER BY as_of DESC LIMIT 1")


class RiskGauges:
    """How long ago all were judged, how many stood at each level of a type of risk then, and for how many each point
    could not be told; nothing before that.
    """

    def __init__(self, judged: datetime | None, levels: dict[str, int], left_open: dict[str, int]) -> None:
        self._judged, self._levels, self._open = judged, levels, left_open

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges."""
        if self._judged is None:
            return
        age = max(0.0, (now() - self._judged).total_seconds())
        yield GaugeMetricFamily("xinqiao_risk_judged_seconds", "How long ago all were judged", age)
        standing = GaugeMetricFamily(
            "xinqiao_risk_standing", "Types of risk at a level, all enterprises", labels=["level"]
        )
        for level, number in self._levels.items():
            standing.add_metric([level], number)
        yield standing
        left_open = GaugeMetricFamily(
            "xinqiao_risk_open",
            "Enterprises for which a point could not be told, since data is missing",
            labels=["point"],
        )
        for point, number in self._open.items():
            left_open.add_metric([point], number)
        yield left_open


async def gauge_risk(session: AsyncSession) -> RiskGauges:
    """Look at the last day."""
    row = (await session.execute(_LAST)).one_or_none()
    levels: dict[str, int] = {level: getattr(row, level) for level in LEVELS} if row else {}
    left_open = {one.point: one.subjects for one in await session.execute(_OPEN)}
    return RiskGauges(row.judged_at if row else None, levels, left_open)
