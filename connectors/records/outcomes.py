"""What became of enterprises after a day: whom there were then, and of whom an event of a dataset came afterwards."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_KNOWN = text("""
    SELECT number, subject_id FROM subject WHERE created_at <= :moment AND number > :after ORDER BY number LIMIT :most
""")
_BEFELL = text("""
    SELECT DISTINCT r.subject_id FROM record_visible(:until, NULL) r
    WHERE r.dataset = :dataset AND r.subject_id IS NOT NULL AND r.event_date > :day AND r.event_date <= :until
""")


async def subjects_known(session: AsyncSession, moment: datetime, after: int, most: int) -> list[tuple[int, UUID]]:
    """Return subjects that were known at a moment, by rising number from `after` on: their numbers and ids."""
    rows = await session.execute(_KNOWN, {"moment": moment, "after": after, "most": most})
    return [(row.number, row.subject_id) for row in rows]


async def whom_it_befell(session: AsyncSession, dataset: str, day: date, until: date) -> set[UUID]:
    """Return the subjects with an event of a dataset after a day and up to another, as far as it may be shown on the
    other: what was repaired or withdrawn by now is none.
    """
    rows = await session.execute(_BEFELL, {"dataset": dataset, "day": day, "until": until})
    return set(rows.scalars())
