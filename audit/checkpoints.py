"""The checkpoints that were published, newest first, and the proof that one continues another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from audit.errors import ProofError
from audit.note import signers
from audit.proofs import tile_reader
from audit.tables import AuditCheckpoint
from audit.tiles import consistency


@dataclass(frozen=True)
class Published:
    """A checkpoint: how many entries it covers, the signed note, when it was published, its witnesses."""

    size: int
    note: str
    signed_at: datetime
    witnesses: Sequence[str]


@dataclass(frozen=True)
class Growth:
    """Two checkpoints, as notes, and the path that shows that the second continues the first (RFC 6962 2.1.2)."""

    before: str
    after: str
    path: Sequence[bytes]


async def list_checkpoints(
    session: AsyncSession, log_id: int, origin: str, *, before: int | None = None, limit: int
) -> list[Published]:
    """Return up to `limit` checkpoints that cover fewer than `before` entries, newest first."""
    query = select(AuditCheckpoint).where(col(AuditCheckpoint.log_id) == log_id)
    if before is not None:
        query = query.where(col(AuditCheckpoint.size) < before)
    found = (await session.execute(query.order_by(col(AuditCheckpoint.size).desc()).limit(limit))).scalars()
    return [Published(row.size, row.note, row.signed_at, signers(row.note, origin)) for row in found]


async def prove_growth(session: AsyncSession, log_id: int, before: int, after: int) -> Growth:
    """Return the proof that the checkpoint over `after` entries continues the one over `before`.

    Raises ProofError where one of them was never published, or `before` is empty or the larger.
    """
    notes = {}
    for size in (before, after):
        found = await session.get(AuditCheckpoint, (log_id, size))
        if found is None:
            raise ProofError(f"没有 {size} 条的检查点 no checkpoint over {size} entries was published")
        notes[size] = found.note
    path = await consistency(tile_reader(session, log_id), before, after)
    return Growth(notes[before], notes[after], path)
