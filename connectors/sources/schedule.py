"""Sources in the database: when each is due, who reads it now, and how far it has been read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from connectors.sources.protocol import Dropped
from connectors.store.tables import Source

LEASE_SECONDS = 900  # longer than a slice takes; a worker that died gives the source up after it
# Claiming moves the due time ahead, so that two workers never read the same source at once. A source that has more to
# give is due again behind those that were waiting meanwhile: one slice each, in turn.
_CLAIM = text("""
    UPDATE source SET due_at = now() + make_interval(secs => :lease)
    WHERE source_id = (SELECT source_id FROM source WHERE due_at <= now() AND status = 'active' ORDER BY due_at
                       LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING source_id, dataset, connector, config, watermark, every_seconds, faults
""")
_DROPPED = """
    dropped = dropped + :dropped, last_drop = coalesce(:why, last_drop),
    dropped_since = coalesce(dropped_since, CASE WHEN :dropped > 0 THEN now() END)
"""
# A worker whose claim ran out, or whose source was reset meanwhile, moves nothing.
_ADVANCE = text(f"""
    UPDATE source SET watermark = :watermark, due_at = now(), last_read_at = now(), faults = 0, last_fault = NULL,
        refusals = refusals + CASE WHEN CAST(:refusal AS text) IS NULL THEN 0 ELSE 1 END,
        last_refusal = coalesce(:refusal, last_refusal), {_DROPPED}
    WHERE source_id = :source AND watermark IS NOT DISTINCT FROM :stood RETURNING source_id
""")  # noqa: S608 - a constant of this module
_REST = text(f"""
    UPDATE source SET due_at = now() + make_interval(secs => :pause), last_fault = :fault, faults = :faults,
        last_read_at = CASE WHEN CAST(:fault AS text) IS NULL THEN now() ELSE last_read_at END, {_DROPPED}
    WHERE source_id = :source AND watermark IS NOT DISTINCT FROM :stood
""")  # noqa: S608 - a constant of this module


@dataclass(frozen=True)
class Claimed:
    """A source that whoever claimed it reads now."""

    source_id: str
    dataset: str
    connector: str
    config: dict[str, Any]
    watermark: str | None
    every_seconds: int
    faults: int


@dataclass(frozen=True)
class Advance:
    """A step of a source: the watermark it stood at when the slice was read, the one it stands at after it, and the
    rows that were passed over on the way.
    """

    source_id: str
    stood: str | None
    watermark: str | None
    dropped: Dropped | None = None


async def claim_due(session: AsyncSession) -> Claimed | None:
    """Claim the source that has been due longest for LEASE_SECONDS, None where none is due."""
    row = (await session.execute(_CLAIM, {"lease": LEASE_SECONDS})).one_or_none()
    return Claimed(*row) if row else None


async def advance(session: AsyncSession, step: Advance, refusal: str | None = None) -> bool:
    """Move a source on, noting why its slice was refused; tell whether it still stood where the slice began."""
    values = {"source": step.source_id, "stood": step.stood, "watermark": step.watermark, "refusal": refusal}
    return (await session.execute(_ADVANCE, {**values, **_told(step.dropped)})).one_or_none() is not None


async def rest(
    session: AsyncSession, source: Claimed, pause_seconds: int, fault: str | None, dropped: Dropped | None = None
) -> None:
    """Leave a source alone for a while, noting what went wrong with it, and what a read passed over."""
    values = {"source": source.source_id, "stood": source.watermark, "pause": pause_seconds, "fault": fault}
    await session.execute(_REST, {**values, "faults": source.faults + 1 if fault else 0, **_told(dropped)})


def _told(dropped: Dropped | None) -> dict[str, object]:
    return {"dropped": dropped.rows if dropped else 0, "why": dropped.reason if dropped else None}


async def find_source(session: AsyncSession, source_id: str, *, lock: bool = False) -> Source | None:
    """Return a source, removed ones too; locked until the transaction ends where it is to be changed."""
    return await session.get(Source, source_id, with_for_update=lock)


async def add_source_row(session: AsyncSession, source: Source) -> None:
    """Store a new source."""
    session.add(source)
    await session.flush()


async def list_sources(session: AsyncSession) -> Sequence[Source]:
    """Return every source by its id, removed ones too."""
    return (await session.execute(select(Source).order_by(col(Source.source_id)))).scalars().all()
