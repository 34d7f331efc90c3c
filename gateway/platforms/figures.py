"""Counts of what was told to platforms, and of what came back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.search import first_id

_SENT = text("""
    SELECT p.peer_id, p.role, d.sent, d.waiting, d.refused, d.receipts FROM peer p CROSS JOIN LATERAL (
        SELECT count(*) AS sent, count(*) FILTER (WHERE state = 'pending') AS waiting,
               count(*) FILTER (WHERE state = 'refused') AS refused, count(receipt) AS receipts
        FROM delivery WHERE peer_id = p.peer_id AND delivery_id >= :since) d
    WHERE p.status = 'active' OR d.sent > 0 ORDER BY p.peer_id
""")


async def count_sent(session: AsyncSession, since: datetime) -> Sequence[Row[Any]]:
    """Return peer_id, role, sent, waiting, refused and receipts of each platform, of what was queued since."""
    return (await session.execute(_SENT, {"since": first_id(since)})).all()
