"""Reading the log in the order of its tree, for whoever takes it elsewhere."""

from collections.abc import Sequence

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from audit.tables import AuditEvent, AuditLeaf


async def leaves_from(session: AsyncSession, log_id: int, index: int, most: int) -> Sequence[Row[int, bytes]]:
    """Return up to `most` leaves with their places, from `index` on, in the order of the tree and without a gap."""
    query = (
        select(col(AuditLeaf.leaf_index), col(AuditEvent.leaf))
        .join(AuditEvent, col(AuditEvent.event_id) == col(AuditLeaf.event_id))
        .where(col(AuditLeaf.log_id) == log_id, col(AuditLeaf.leaf_index) >= index)
        .order_by(col(AuditLeaf.leaf_index))
        .limit(most)
    )
    return (await session.execute(query)).all()
