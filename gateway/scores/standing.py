"""Subjects' parts read by key, where they are those of today: nothing has landed for them since they were computed.

Exact, not nearly so: what lands is due in the column store from the same commit on (`column_due`), then waits to be
scored again (`score_due`); and only what was written before the moment asked about counts, so that whoever loads a
subject's records from that moment on, and then asks here, has the very records that the parts are computed from.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from connectors.records.touched import numbers_if_taken_up
from gateway.scores.grounds import digest_of_series, series_of
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.plan import plan

_STANDING = text("""
    SELECT s.subject, s.parts FROM subject_score s JOIN score_basis b USING (basis_id)
    WHERE s.subject = ANY(CAST(:subjects AS bigint[])) AND s.holds_to IS NULL AND s.holds_from <= :day
      AND s.written_at <= :moment
      AND b.catalogue = :catalogue AND b.parts = CAST(:parts AS text[])
      AND NOT EXISTS (SELECT FROM score_due d WHERE d.subject = s.subject)
      AND ((s.holds_from = :day AND b.series = :series) OR EXISTS (
        SELECT FROM scan_run r JOIN score_basis o USING (basis_id)
        WHERE r.as_of = :day AND r.state = 'finished' AND r.kind <> 'as-of' AND o.catalogue = b.catalogue
          AND o.series = :series))
""")


async def find_standing(
    session: AsyncSession, subjects: Collection[UUID], tags: TagCatalogue, moment: datetime
) -> dict[UUID, bytes]:
    """Return subjects' parts as of a moment's day, packed, without those whose are to be computed.

    `moment` is the database's, from before their records and series were loaded.
    """
    planned = plan(tags, day_of(moment))
    numbers = await numbers_if_taken_up(session, subjects, series_of(planned)) if subjects else {}
    if not numbers:
        return {}
    values = {
        "subjects": list(numbers.values()), "day": planned.as_of, "moment": moment, "catalogue": tags.digest(),
        "parts": list(planned.parts), "series": await digest_of_series(session, planned),
    }  # fmt: skip
    found = {row.subject: row.parts for row in await session.execute(_STANDING, values)}
    return {one: found[number] for one, number in numbers.items() if number in found}
