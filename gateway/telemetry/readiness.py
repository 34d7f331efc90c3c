"""Whether this instance can do its work: keys, database, schema, partitions, a fresh checkpoint, the worker's steps."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.runtime.schema import newest_revision
from gateway.runtime.work import UnitsOfWork
from gateway.telemetry.worker_health import Workers, read_workers

ANSWER_SECONDS = 3.0  # whoever asks gives up soon after; a database that hangs is told like one that is gone
CHECKPOINT_LAG_SECONDS = 60  # the promise: an entry is under a signed checkpoint within a minute

SCHEMA = "SELECT version_num FROM alembic_version"
PARTITIONS = """
    SELECT coalesce(string_agg(name, ', ' ORDER BY name), '') FROM xinqiao_partitioned
    WHERE to_regclass(name || '_p' || to_char((now() + interval '1 month') AT TIME ZONE 'UTC', 'YYYYMM')) IS NULL
"""
OLDEST_PENDING = """
    SELECT coalesce(extract(epoch FROM now() - min(e.ts)), 0)::float
    FROM audit_pending p JOIN audit_event e USING (event_id)
"""


@dataclass(frozen=True)
class Finding:
    """One check: its name, whether it holds, what was seen, and whether questions can be answered without it."""

    name: str
    ok: bool
    seen: str
    needed: bool = True


Check = Callable[[AsyncSession], Awaitable[Finding]]


async def _database(session: AsyncSession) -> Finding:
    await session.execute(text("SELECT 1"))
    return Finding("database", ok=True, seen="answers")


async def _schema(session: AsyncSession) -> Finding:
    at = str((await session.execute(text(SCHEMA))).scalar())
    return Finding("schema", at == shipped_revision(), f"at {at}, program ships {shipped_revision()}")


async def _partitions(session: AsyncSession) -> Finding:
    missing = (await session.execute(text(PARTITIONS))).scalar_one()
    return Finding("partitions", not missing, f"missing next month: {missing}" if missing else "made ahead")


async def _checkpoint(session: AsyncSession) -> Finding:
    lag: float = (await session.execute(text(OLDEST_PENDING))).scalar_one()
    return Finding("checkpoint", lag <= CHECKPOINT_LAG_SECONDS, f"oldest entry waits {lag:.0f} s")


CHECKS: dict[str, Check] = {
    "database": _database,
    "schema": _schema,
    "partitions": _partitions,
    "checkpoint": _checkpoint,
}


@cache
def shipped_revision() -> str:
    """Return the newest migration this program ships; read once."""
    return newest_revision()


async def readiness(units: UnitsOfWork, worker_folder: Path) -> list[Finding]:
    """Run every check, in a few seconds at most. An unreachable database is a finding, not an exception."""
    found: dict[str, Finding] = {}
    asking = asyncio.create_task(_ask(units, found))
    await asyncio.wait([asking], timeout=ANSWER_SECONDS)
    if asking.done():
        asking.result()
    else:
        asking.cancel()  # and not waited for: a connection that hangs takes its time to be closed
    unknown = "the database does not answer"
    return [
        Finding("keys", bool(units.keys.public("answer")), "loaded"),
        *(found.get(name) or Finding(name, ok=False, seen=unknown) for name in CHECKS),
        _worker(read_workers(worker_folder)),
    ]


async def _ask(units: UnitsOfWork, found: dict[str, Finding]) -> None:
    for name, check in CHECKS.items():
        try:
            async with units.database.begin(f"ready.{name}") as session:
                found[name] = await check(session)
        except (SQLAlchemyError, OSError) as fault:
            found[name] = Finding(name, ok=False, seen=type(fault).__name__)
            if name == "database":
                return


def _worker(workers: Workers) -> Finding:
    """Name the steps that fail. Questions are answered all the same: what must stop them is the checkpoint's age."""
    failing = "; ".join(
        f"{step} fails since {one.since:%Y-%m-%dT%H:%M:%SZ} ({one.times} times, {one.fault})"
        for step, one in sorted(workers.failing.items())
    )
    seen = f"{workers.number} running" if workers.number else "none shares this home"
    return Finding("worker", not failing, failing or seen, needed=False)
