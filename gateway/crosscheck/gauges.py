"""What monitoring is told of cross-checks."""

from collections.abc import Iterable, Mapping

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_WAITING = text("""
    SELECT way, state, count(*) AS number FROM cross_check WHERE state IN ('proposed', 'approved', 'committed')
    GROUP BY way, state
""")


class OpenCrossChecks:
    """A gauge of checks without an end: what waits for a decision, and private ones under way or lapsed."""

    def __init__(self, counts: Mapping[tuple[str, str], int]) -> None:
        self._counts = counts

    def collect(self) -> Iterable[Metric]:
        """Yield the gauge."""
        gauge = GaugeMetricFamily(
            "xinqiao_crosschecks_open", "Cross-checks without an end, by way and state", labels=["way", "state"]
        )
        for (way, state), number in self._counts.items():
            gauge.add_metric([way, state], number)
        yield gauge


async def gauge_crosschecks(session: AsyncSession) -> OpenCrossChecks:
    """Count them now."""
    rows = await session.execute(_WAITING)
    return OpenCrossChecks({(row.way, row.state): row.number for row in rows})
