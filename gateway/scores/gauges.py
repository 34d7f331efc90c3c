"""What monitoring is told of the column store."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.records.column_rows import find_behind
from gateway.runtime.clock import now


class ColumnGauges:
    """How much the column store has not taken up, and for how long."""

    def __init__(self, due: int, seconds: float) -> None:
        self._due, self._seconds = due, seconds

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges."""
        yield GaugeMetricFamily("xinqiao_columns_due", "Batches and acts the column store has not taken up", self._due)
        yield GaugeMetricFamily("xinqiao_columns_behind_seconds", "Age of the oldest of them", self._seconds)


async def gauge_columns(session: AsyncSession) -> ColumnGauges:
    """Look at what is due now."""
    due, since = await find_behind(session)
    return ColumnGauges(due, max(0.0, (now() - since).total_seconds()) if since else 0.0)
