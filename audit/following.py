"""Reading the log in the order of its tree, for whoever takes it elsewhere."""

from collections.abc import Sequence

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from audit.tables import AuditEvent, AuditLeaf

# Leaves of other families come without their bytes: they say how far was read.
_OF_FAMILIES = text("""
    SELECT l.leaf_index, CASE WHEN split_part(e.type, '.', 1) = ANY(:families) THEN e.leaf END AS leaf
    FROM audit_leaf l JOIN audit_event e USING (event_id)
    WHERE l.log_id = :log AND l.leaf_index >= :from ORDER BY l.leaf_index LIMIT :most
""")


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


async def leaves_of_families(
    session: AsyncSession, log_id: int, index: int, most: int, families: Sequence[str]
) -> tuple[int, Sequence[bytes]]:
    """Return the leaves, among the next `most` from `index` on, whose type begins with one of these words and a dot;
    and the place to go on from.
    """
    values = {"log": log_id, "from": index, "most": most, "families": list(families)}
    rows = (await session.execute(_OF_FAMILIES, values)).all()
    following = rows[-1].leaf_index + 1 if rows else index
    return following, [row.leaf for row in rows if row.leaf is not None]


async def find_end(session: AsyncSession, log_id: int) -> int:
    """Return the place that the next leaf will have."""
    last = select(func.max(col(AuditLeaf.leaf_index))).where(col(AuditLeaf.log_id) == log_id)
    found: int | None = (await session.execute(last)).scalar_one_or_none()
    return 0 if found is None else found + 1
