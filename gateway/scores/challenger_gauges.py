"""What monitoring is told of the challenger's newest night."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.scores.challenger_tables import ChallengerNight


class ChallengerGauges:
    """When the challenger was last compared, whether that failed, and how far its scores lie from the champion's."""

    def __init__(self, newest: ChallengerNight | None) -> None:
        self._newest = newest

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges; none until there was a night, and of one that failed no distance."""
        newest = self._newest
        if newest is None:
            return
        at, failed = newest.computed_at.timestamp(), newest.fault is not None
        yield GaugeMetricFamily("xinqiao_challenger_compared_seconds", "When the challenger was last compared", at)
        yield GaugeMetricFamily("xinqiao_challenger_failed", "Whether that failed", failed)
        if newest.told is not None and newest.told["psi"] is not None:
            yield GaugeMetricFamily(
                "xinqiao_challenger_psi", "Stability index of its scores against the champion's", newest.told["psi"]
            )


async def gauge_challenger(session: AsyncSession) -> ChallengerGauges:
    """Look at the newest night."""
    query = select(ChallengerNight).order_by(col(ChallengerNight.computed_at).desc()).limit(1)
    return ChallengerGauges((await session.execute(query)).scalar())
