"""Keys of clients that end soon with no other to take over: their client could not log in any more."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.runtime.work import UnitOfWork

DAYS = 30
_ENDING = text("""
    SELECT c.client_id, c.kind, k.kid, k.created_at, k.not_after FROM client_key k JOIN client c USING (client_id)
    WHERE c.status = 'active' AND k.status = 'active' AND k.not_after > :now AND k.not_after <= :until
        AND NOT EXISTS (SELECT FROM client_key o WHERE o.client_id = k.client_id AND o.status = 'active'
            AND (o.not_after IS NULL OR o.not_after > k.not_after))
    ORDER BY k.not_after, c.client_id LIMIT :most
""")


async def find_ending_keys(work: UnitOfWork, limit: int) -> Sequence[Row[Any]]:
    """Return client_id, kind, kid, created_at and not_after of up to `limit` keys, the next to end first.

    They are for security administrators; nobody else is told of any.
    """
    if work.actor.kind not in {"operator", "machine"}:
        return []
    return await ending_keys(work.session, work.now, limit)


async def ending_keys(session: AsyncSession, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Return the same, whoever acts."""
    values = {"now": now, "until": now + timedelta(days=DAYS), "most": limit}
    return (await session.execute(_ENDING, values)).all()
