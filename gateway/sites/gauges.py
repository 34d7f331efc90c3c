"""What monitoring is told of the watch over platforms."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from gateway.runtime.clock import now
from gateway.sites.reading import find_day
from gateway.sites.tables import SiteDay


class SiteGauges:
    """How many days ago the last day judged was, how many findings stood, platforms that no record gives an address of,
    and whether the feed was silent; nothing before a day was judged.
    """

    def __init__(self, day: SiteDay | None) -> None:
        self._day = day

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges."""
        if self._day is None:
            return
        one = self._day
        behind = (day_of(now()) - one.day).days
        yield GaugeMetricFamily("xinqiao_site_days_behind", "Days since the last day of platforms judged", behind)
        yield GaugeMetricFamily("xinqiao_site_findings", "Spikes and silences of platforms that stand", one.standing)
        yield GaugeMetricFamily("xinqiao_site_unplaced", "Platforms that no record gives an address of", one.unplaced)
        yield GaugeMetricFamily("xinqiao_site_feed_silent", "1 if the feed of traffic said nothing", int(one.silent))


async def gauge_sites(session: AsyncSession) -> SiteGauges:
    """Look at the last day judged."""
    return SiteGauges(await find_day(session))
