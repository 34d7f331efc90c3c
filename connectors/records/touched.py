"""Whether all that landed for a subject has been taken up by the column store."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_TAKEN_UP = text("""
    SELECT s.number FROM subject s WHERE s.subject_id = :subject
      AND NOT EXISTS (SELECT FROM column_due WHERE dataset = ANY(CAST(:series AS text[])))
      AND NOT EXISTS (SELECT FROM record r JOIN column_due d USING (batch_id)
                      WHERE r.subject_id = :subject AND (d.leaves IS NULL OR r.leaf_index = ANY(d.leaves)))
""")


async def number_if_taken_up(session: AsyncSession, subject_id: UUID, series: Sequence[str]) -> int | None:
    """Return a subject's number, None where a record of it, of any version, or something of these series is still to
    be taken up as it is now.
    """
    values = {"subject": subject_id, "series": list(series)}
    number: int | None = (await session.execute(_TAKEN_UP, values)).scalar_one_or_none()
    return number
