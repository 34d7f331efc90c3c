"""What monitoring is told of warnings."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_COUNT = text("""
    SELECT (SELECT count(*) FROM warning_subscription WHERE status = 'active') AS active,
        (SELECT count(*) FROM warning WHERE seen_at IS NULL) AS unseen
""")


class WarningGauges:
    """How many subscriptions are in force, and how many warnings nobody has seen."""

    def __init__(self, active: int, unseen: int) -> None:
        self._active, self._unseen = active, unseen

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges."""
        yield GaugeMetricFamily("xinqiao_warning_subscriptions", "Subscriptions in force", value=self._active)
        yield GaugeMetricFamily("xinqiao_warnings_unseen", "Warnings that nobody has seen", value=self._unseen)


async def gauge_warnings(session: AsyncSession) -> WarningGauges:
    """Count them now."""
    row = (await session.execute(_COUNT)).one()
    return WarningGauges(row.active, row.unseen)
