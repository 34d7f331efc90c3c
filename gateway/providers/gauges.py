"""What monitoring is told of providers."""

from collections.abc import Iterable, Mapping

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from gateway.runtime.clock import database_now

_TODAY = text("SELECT provider, outcome, sum(calls)::bigint FROM provider_day WHERE day = :day GROUP BY 1, 2")


class ProviderCalls:
    """How often each provider was asked today, by how it ended."""

    def __init__(self, calls: Mapping[tuple[str, str], int]) -> None:
        self._calls = calls

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges."""
        gauge = GaugeMetricFamily(
            "xinqiao_provider_calls_today", "Questions to providers today, by outcome", labels=["provider", "outcome"]
        )
        for labels, calls in sorted(self._calls.items()):
            gauge.add_metric(labels, calls)
        yield gauge


async def gauge_providers(session: AsyncSession) -> ProviderCalls:
    """Look at today's."""
    rows = await session.execute(_TODAY, {"day": day_of(await database_now(session))})
    return ProviderCalls({(name, outcome): calls for name, outcome, calls in rows})
