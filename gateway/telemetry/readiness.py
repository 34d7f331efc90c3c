"""Whether this instance can do its work: database, schema, keys, next month's partitions, a fresh checkpoint."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.gateway import Gateway
from gateway.runtime.schema import newest_revision

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
    """One check: its name, whether it holds, and what was seen."""

    name: str
    ok: bool
    seen: str


Check = Callable[[AsyncSession], Awaitable[Finding]]


async def _schema(session: AsyncSession) -> Finding:
    at = str((await session.execute(text(SCHEMA))).scalar())
    return Finding("schema", at == shipped_revision(), f"at {at}, program ships {shipped_revision()}")


async def _partitions(session: AsyncSession) -> Finding:
    missing = (await session.execute(text(PARTITIONS))).scalar_one()
    return Finding("partitions", not missing, f"missing next month: {missing}" if missing else "made ahead")


async def _checkpoint(session: AsyncSession) -> Finding:
    lag: float = (await session.execute(text(OLDEST_PENDING))).scalar_one()
    return Finding("checkpoint", lag <= CHECKPOINT_LAG_SECONDS, f"oldest entry waits {lag:.0f} s")


CHECKS: dict[str, Check] = {"schema": _schema, "partitions": _partitions, "checkpoint": _checkpoint}


@cache
def shipped_revision() -> str:
    """Return the newest migration this program ships; read once."""
    return newest_revision()


async def readiness(gateway: Gateway) -> list[Finding]:
    """Run every check. An unreachable database is a finding, not an exception."""
    findings = [Finding("keys", bool(gateway.keys.public("answer")), "loaded")]
    for name, check in CHECKS.items():
        try:
            async with gateway.database.begin(f"ready.{name}") as session:
                findings.append(await check(session))
        except (SQLAlchemyError, OSError) as fault:
            findings.append(Finding(name, ok=False, seen=type(fault).__name__))
    return findings
