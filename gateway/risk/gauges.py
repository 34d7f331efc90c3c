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
_LAST = text("""
    SELECT judged_at, notice, warning, restriction,
           (SELECT max(psi_ppm) FROM risk_drift d WHERE d.as_of = r.as_of) AS drift
    FROM risk_day r ORDER BY as_of DESC LIMIT 1
""")
_PPM = 1_000_000


class RiskGauges:
    """How long ago all were judged, how many stood at each level of a type of risk then, how far the measure that
    drifted most has (PSI), and for how many each point could not be told; nothing before that.
    """

    def __init__(
        self, judged: datetime | None, levels: dict[str, int], drift: int | None, left_open: dict[str, int]
    ) -> None:
        self._judged, self._levels, self._drift, self._open = judged, levels, drift, left_open

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
        if self._drift is not None:
            told = "The furthest that a measure of the risk watch has drifted (PSI)"
            yield GaugeMetricFamily("xinqiao_risk_drift", told, self._drift / _PPM)
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
    if row is None:
        return RiskGauges(None, {}, None, {})
    left_open: dict[str, int] = {one.point: one.subjects for one in await session.execute(_OPEN)}
    levels: dict[str, int] = {level: getattr(row, level) for level in LEVELS}
    return RiskGauges(row.judged_at, levels, row.drift, left_open)
