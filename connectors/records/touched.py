"""Whether all that landed for subjects has been taken up by the column store."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_TAKEN_UP = text("""
    SELECT s.subject_id, s.number FROM subject s WHERE s.subject_id = ANY(CAST(:subjects AS uuid[]))
      AND NOT EXISTS (SELECT FROM column_due WHERE dataset = ANY(CAST(:series AS text[])))
      AND NOT EXISTS (SELECT FROM record r JOIN column_due d USING (batch_id)
                      WHERE r.subject_id = s.subject_id AND (d.leaves IS NULL OR r.leaf_index = ANY(d.leaves)))
""")


async def numbers_if_taken_up(
    session: AsyncSession, subjects: Collection[UUID], series: Sequence[str]
) -> dict[UUID, int]:
    """Return subjects' numbers, without those of which a record, of any version, is still to be taken up as it is now;
    none where something of these series is.
    """
    values = {"subjects": list(subjects), "series": list(series)}
    return {row.subject_id: row.number for row in await session.execute(_TAKEN_UP, values)}
