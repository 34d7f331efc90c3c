"""What waits for those who hand in: refused rows to correct, feeds that are late."""

from collections.abc import Sequence

from sqlalchemy import RowMapping

from connectors.store.timeline import load_open_batches
from gateway.quality.alerts import list_alerts
from gateway.quality.scores import WINDOW
from gateway.quality.tables import Alert
from gateway.runtime.work import UnitOfWork

LATE = frozenset({"silent", "late"})
EVERY_AGENCYS = frozenset({"system", "machine"})


async def find_corrections(work: UnitOfWork, limit: int) -> Sequence[RowMapping]:
    """Return the acting agency's newest batches whose refused rows were not all corrected; nobody else's."""
    if work.actor.kind != "agency":
        return []
    return await load_open_batches(work.session, work.actor.client_id, work.now - WINDOW, limit)


async def find_late_feeds(work: UnitOfWork, limit: int) -> Sequence[Alert]:
    """Return the open alerts of feeds that are late or silent: the acting agency's, or all where the system is run."""
    if work.actor.kind not in EVERY_AGENCYS | {"agency"}:
        return []
    agency = work.actor.client_id if work.actor.kind == "agency" else None
    return [alert for alert in await list_alerts(work.session, agency) if alert.kind in LATE][:limit]
