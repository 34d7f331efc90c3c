"""What monitoring is told of objections."""

from collections.abc import Iterable, Mapping

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from connectors.records.objections import count_by_due
from gateway.runtime.clock import database_now


class OpenObjections:
    """A gauge of open objections by how they stand; whose they are stands on the console, not here."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts

    def collect(self) -> Iterable[Metric]:
        """Yield the gauge."""
        told = "Objections that no agency has decided: in time, past the answer (late), past the last day (overdue)"
        gauge = GaugeMetricFamily("xinqiao_objections_open", told, labels=["standing"])
        for standing, number in self._counts.items():
            gauge.add_metric([standing], number)
        yield gauge


async def gauge_objections(session: AsyncSession) -> OpenObjections:
    """Count them now."""
    return OpenObjections(await count_by_due(session, day_of(await database_now(session))))
