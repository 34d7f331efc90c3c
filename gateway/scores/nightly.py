"""When the worker scans: once a night, going on with what was left, when another card is in force, when many wait."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from connectors.model.calendar import last_passing
from connectors.store.numbers import first_created
from gateway.cards.in_force import find_release
from gateway.runtime.actor import PROGRAM
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.scores.due import count_due
from gateway.scores.engines import PolarsEngine
from gateway.scores.rescoring import MANY
from gateway.scores.scan import scan
from gateway.scores.scan_errors import ScanRunningError
from gateway.scores.scan_pinned import ScanRequest
from gateway.scores.scan_runs import find_newest, find_running, get_basis
from gateway.scores.scan_tables import ScanRun
from gateway.scores.store import ColumnStore

_SCANNED = text("SELECT EXISTS (SELECT FROM scan_run WHERE kind = 'full' AND started_at >= :since)")


async def scan_when_due(units: UnitsOfWork, store: ColumnStore, folder: Path, hour: int, now: datetime) -> None:
    """Scan where a scan is due: all after this hour of each day (Asia/Shanghai), those that wait where they are many.

    Raises ScoringError where the store cannot be read.
    """
    async with units.begin("scan.due", PROGRAM) as work:
        request = await find_due(work, hour, now)
    if request is None:
        return
    try:
        await scan(units, store, folder, request, PROGRAM, lambda _done, _all: None, PolarsEngine())
    except ScanRunningError:  # another worker is at it
        return


async def find_due(work: UnitOfWork, hour: int, now: datetime) -> ScanRequest | None:
    """Return what is to be scanned now, None for nothing. The first night comes after the first enterprise."""
    if await find_running(work.session) is not None:
        return ScanRequest()
    since = last_passing(hour, now)
    first = await first_created(work.session)
    scanned: bool = (await work.session.execute(_SCANNED, {"since": since})).scalar_one()
    if first is not None and first < since and not scanned:
        return ScanRequest()
    newest = await find_newest(work.session)
    if newest is not None and await _of_another_card(work, newest, now):
        return ScanRequest()
    if await count_due(work.session, MANY) == MANY:
        return ScanRequest(incremental=newest is not None)
    return None


async def _of_another_card(work: UnitOfWork, newest: ScanRun, now: datetime) -> bool:
    """Tell whether what stands was computed by another card than the one in force."""
    basis = await get_basis(work.session, newest.basis_id)
    return basis.model != (await find_release(work.session, now)).model
