"""What monitoring is told of the log."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.lag import unsigned_seconds
from audit.stops import find_stop

_LOGS = text("SELECT max(log_id) FROM audit_log")  # the newest origin is the one that is written to


class LogGauges:
    """Whether signing is stopped, and how long the oldest entry waits for a signed checkpoint."""

    def __init__(self, *, stopped: bool, unsigned: float) -> None:
        self._stopped, self._unsigned = stopped, unsigned

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges."""
        yield GaugeMetricFamily("xinqiao_audit_stopped", "1 while a check has stopped the signing", self._stopped)
        yield GaugeMetricFamily("xinqiao_audit_unsigned_seconds", "Age of the oldest unsigned entry", self._unsigned)


async def gauge_log(session: AsyncSession) -> LogGauges:
    """Look at the log now."""
    log_id: int = (await session.execute(_LOGS)).scalar_one()
    stopped = await find_stop(session, log_id) is not None
    return LogGauges(stopped=stopped, unsigned=await unsigned_seconds(session, log_id))
