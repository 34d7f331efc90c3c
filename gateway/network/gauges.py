"""What monitoring is told of the network."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.network.due import find_behind
from gateway.runtime.clock import now

_COMPUTED = text("SELECT max(computed_at) FROM network_night")


class NetworkGauges:
    """How many enterprises' edges are to be read anew, for how long, and how long ago all were computed together."""

    def __init__(self, due: int, since: datetime | None, computed: datetime | None) -> None:
        self._due, self._since, self._computed = due, since, computed

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges."""
        yield GaugeMetricFamily("xinqiao_network_due", "Enterprises whose edges are to be read anew", self._due)
        behind = _age(self._since) if self._since else 0.0
        yield GaugeMetricFamily("xinqiao_network_behind_seconds", "How long the first of them has waited", behind)
        if self._computed:
            yield GaugeMetricFamily(
                "xinqiao_network_computed_seconds", "How long ago all were computed together", _age(self._computed)
            )


async def gauge_network(session: AsyncSession) -> NetworkGauges:
    """Look at what is due now."""
    due, since = await find_behind(session)
    computed: datetime | None = (await session.execute(_COMPUTED)).scalar_one()
    return NetworkGauges(due, since, computed)


def _age(then: datetime) -> float:
    return max(0.0, (now() - then).total_seconds())
