"""What monitoring is told of the feeds."""

from collections.abc import Iterable, Mapping

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.quality.alerts import COUNT_OPEN, KINDS


class OpenAlerts:
    """A gauge of promises not kept, by kind; which feeds they are stands on the console, not here."""

    def __init__(self, open_by_kind: Mapping[str, int]) -> None:
        self._open = open_by_kind

    def collect(self) -> Iterable[Metric]:
        """Yield the gauge; a kind without alerts is 0."""
        gauge = GaugeMetricFamily("xinqiao_alerts_open", "Promises of feeds that are not kept", labels=["kind"])
        for kind in KINDS:
            gauge.add_metric([kind], self._open.get(kind, 0))
        yield gauge


async def count_open_alerts(session: AsyncSession) -> OpenAlerts:
    """Count the promises not kept now, by kind."""
    return OpenAlerts({row.kind: row.number for row in await session.execute(COUNT_OPEN)})
