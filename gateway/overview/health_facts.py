"""What is read to tell how the whole does: one transaction of short look-ups, and the disk."""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

from sqlalchemy import text

from audit.lag import LogHead, read_head
from connectors.records.column_rows import find_behind
from connectors.sources.schedule import list_sources
from gateway.abnormal.cases import OpenCases
from gateway.abnormal.cases import count_open as count_cases
from gateway.admin.change_reading import count_waiting
from gateway.identity.clients.ending_keys import ending_keys
from gateway.identity.key_rotation import list_keys
from gateway.intake.held_counts import WaitingHeld
from gateway.intake.held_counts import count_waiting as count_held
from gateway.platforms.open_deliveries import OpenDeliveries, count_open
from gateway.quality.alerts import list_alerts
from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitOfWork
from gateway.scores.scan_figures import ScanFacts, read_scan_facts
from gateway.telemetry.disk_growth import full_in, read_samples
from gateway.telemetry.metrics import serving_since

MOST_KEYS = 1000
_DATABASE = text("""
    SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
           current_setting('max_connections')::integer AS most, pg_database_size(current_database()) AS bytes
""")


@dataclass(frozen=True)
class SourceFacts:
    """A source that is read on a schedule, as far as health is asked for."""

    status: str
    faults: int
    last_read_at: datetime | None
    every_seconds: int


@dataclass(frozen=True)
class Facts:
    """What was read at one moment. `keys` are this instance's own, `ending` those of clients that end soon."""

    at: datetime
    connections: int
    most_connections: int
    bytes: int
    log: LogHead
    jobs: int
    deliveries: OpenDeliveries
    sources: Sequence[SourceFacts]
    feeds: Sequence[tuple[str, datetime]]
    held: WaitingHeld
    changes: tuple[int, datetime | None]
    keys: Sequence[tuple[str, str, datetime]]
    ending: Sequence[datetime]
    columns: tuple[int, datetime | None]  # what the column store has not taken up, and since when
    scan: ScanFacts
    cases: OpenCases  # accounts held for abnormal use


@dataclass(frozen=True)
class Place:
    """Where it runs: the program's release, the processes that serve from here and since when, the disk's bytes.

    `full_in` is in how long the disk would be full at its pace of late, None where that is not known.
    """

    version: str
    processes: int
    since: datetime | None
    free: int
    total: int
    full_in: timedelta | None = None


async def read_facts(work: UnitOfWork) -> Facts:
    """Read them. Raises SQLAlchemyError."""
    from gateway.platforms.queue import count_jobs

    session = work.session
    database = (await session.execute(_DATABASE)).one()
    sources = [one for one in await list_sources(session) if one.status != "removed"]
    own = await list_keys(session)
    return Facts(
        work.now, database.connections, database.most, database.bytes,
        await read_head(session, work.recorder.log_id), await count_jobs(session), await count_open(session),
        [SourceFacts(one.status, one.faults, one.last_read_at, one.every_seconds) for one in sources],
        [(alert.kind, alert.opened_at) for alert in await list_alerts(session)],
        await count_held(session), await count_waiting(session),
        [(key["purpose"], key["status"], key["since"]) for key in own if key["status"] != "retired"],
        [key.not_after for key in await ending_keys(session, work.now, MOST_KEYS)],
        await find_behind(session), await read_scan_facts(session), await count_cases(session),
    )  # fmt: skip


async def read_place(settings: Settings) -> Place:
    """Look at the machine; a disk that cannot be looked at has no bytes."""

    def look() -> Place:
        processes, since = serving_since(settings.instance_home / "metrics")
        try:
            disk = shutil.disk_usage(settings.instance_home)
        except OSError:
            return Place(version("xinqiao"), processes, since, 0, 0)
        full = full_in(read_samples(settings.instance_home))
        return Place(version("xinqiao"), processes, since, disk.free, disk.total, full)

    return await asyncio.to_thread(look)
