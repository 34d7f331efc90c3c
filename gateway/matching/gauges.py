"""What monitoring is told of proposals."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.matching.reading import count_waiting


class OpenProposals:
    """A gauge of proposals that wait: for a first person (open), or for a second one (accepted)."""

    def __init__(self, opened: int, accepted: int) -> None:
        self._counts = {"open": opened, "accepted": accepted}

    def collect(self) -> Iterable[Metric]:
        """Yield the gauge."""
        told = "Proposals of whose records are that have a name alone, by what they wait for"
        gauge = GaugeMetricFamily("xinqiao_match_proposals_open", told, labels=["status"])
        for status, number in self._counts.items():
            gauge.add_metric([status], number)
        yield gauge


async def gauge_proposals(session: AsyncSession) -> OpenProposals:
    """Count them now."""
    return OpenProposals(*await count_waiting(session))
