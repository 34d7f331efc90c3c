"""How long entries wait for a signed checkpoint: in the queue, or in the tree while nothing is signed."""

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


async def unsigned_seconds(session: AsyncSession, log_id: int) -> float:
    """Return how long the oldest entry has waited that no signed checkpoint covers; 0 where all are covered."""
    seconds: float = (await session.execute(_OLDEST, {"log": log_id})).scalar_one()
    return max(seconds, 0.0)
