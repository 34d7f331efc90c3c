"""What monitoring is told of webhooks."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_COUNT = text("""
    SELECT (SELECT count(*) FROM webhook_delivery WHERE state = 'pending') AS pending,
        coalesce((SELECT extract(epoch FROM now() - min(queued_at)) FROM webhook_delivery WHERE state = 'pending'), 0)
            AS oldest,
        (SELECT count(*) FROM webhook_endpoint WHERE status = 'active') AS active,
        (SELECT count(*) FROM webhook_endpoint WHERE status = 'disabled') AS disabled
""")


class Webhooks:
    """Gauges of what waits to be sent, and of the endpoints."""

    def __init__(self, pending: int, oldest: float, active: int, disabled: int) -> None:
        self._waiting = (pending, oldest)
        self._endpoints = {"active": active, "disabled": disabled}

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges."""
        pending, oldest = self._waiting
        yield GaugeMetricFamily("xinqiao_webhooks_pending", "Messages to institutions that wait", value=pending)
        yield GaugeMetricFamily("xinqiao_webhooks_oldest_seconds", "How long the oldest has waited", value=oldest)
        endpoints = GaugeMetricFamily("xinqiao_webhook_endpoints", "Endpoints of institutions", labels=["status"])
        for status, number in self._endpoints.items():
            endpoints.add_metric([status], number)
        yield endpoints


async def gauge_webhooks(session: AsyncSession) -> Webhooks:
    """Count what waits now."""
    row = (await session.execute(_COUNT)).one()
    return Webhooks(row.pending, float(row.oldest), row.active, row.disabled)
