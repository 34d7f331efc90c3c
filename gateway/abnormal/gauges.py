"""What monitoring is told of abnormal use."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.abnormal.cases import count_open


class HeldAccounts:
    """A gauge of accounts that are held until two people decide; whose they are stands on the console, not here."""

    def __init__(self, number: int) -> None:
        self._number = number

    def collect(self) -> Iterable[Metric]:
        """Yield the gauge."""
        yield GaugeMetricFamily("xinqiao_accounts_held", "Accounts held for abnormal use", value=self._number)


async def gauge_held_accounts(session: AsyncSession) -> HeldAccounts:
    """Count them now."""
    return HeldAccounts((await count_open(session)).number)
