"""How long entries wait for a signed checkpoint: in the queue, or in the tree while nothing is signed."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Two look-ups in indexes. An id of RFC 9562 5.7 begins with the milliseconds at which it was made.
_OLDEST = text("""
    SELECT coalesce(extract(epoch FROM clock_timestamp()) - ('x' || left(replace(least(
        (SELECT event_id FROM audit_pending WHERE log_id = :log ORDER BY event_id LIMIT 1),
        (SELECT event_id FROM audit_leaf WHERE log_id = :log AND leaf_index = coalesce(
            (SELECT size FROM audit_checkpoint WHERE log_id = :log ORDER BY size DESC LIMIT 1), 0))
    )::text, '-', ''), 12))::bit(48)::bigint / 1000.0, 0)::float
""")


_NEWEST = text("SELECT size, signed_at FROM audit_checkpoint WHERE log_id = :log ORDER BY size DESC LIMIT 1")
_PENDING = text("SELECT count(*) FROM audit_pending WHERE log_id = :log")


class LogHead(NamedTuple):
    """How many entries the newest checkpoint covers, and when it was signed; how many wait to be taken in."""

    size: int
    signed_at: datetime | None
    pending: int


async def read_head(session: AsyncSession, log_id: int) -> LogHead:
    """Return how far the log is signed."""
    newest = (await session.execute(_NEWEST, {"log": log_id})).one_or_none()
    pending: int = (await session.execute(_PENDING, {"log": log_id})).scalar_one()
    size, signed_at = newest or (0, None)
    return LogHead(size, signed_at, pending)


async def unsigned_seconds(session: AsyncSession, log_id: int) -> float:
    """Return how long the oldest entry has waited that no signed checkpoint covers; 0 where all are covered."""
    seconds: float = (await session.execute(_OLDEST, {"log": log_id})).scalar_one()
    return max(seconds, 0.0)
