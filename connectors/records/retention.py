"""Records whose content was kept long enough: found, counted, emptied. Digest, leaf index and a tombstone remain.

A record's years (the dataset's `retention_years`) count from its end: the day it was replaced, withdrawn, repaired,
annulled or ended by a list, if that was not undone (not before it was said, should it be dated back), or its disclosure
ended.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import datasets

# One pass over the records, whatever the number of datasets.
_ENDED = """
    FROM record r JOIN unnest(CAST(:datasets AS text[]), CAST(:cutoffs AS date[])) AS d (dataset, cutoff)
      ON d.dataset = r.dataset
    WHERE r.canonical IS NOT NULL
      AND (r.superseded_at < d.cutoff OR r.publish_until < d.cutoff OR EXISTS (
        SELECT FROM record_act a WHERE a.business_key = r.business_key AND a.dataset = r.dataset
          AND a.agency = r.agency AND a.hides AND (a.lasting OR a.version >= r.version)
          AND a.effective_on < d.cutoff AND a.recorded_at < d.cutoff AND NOT EXISTS (
            SELECT FROM record_act later WHERE later.business_key = a.business_key AND later.dataset = a.dataset
              AND later.agency = a.agency AND later.number > a.number AND NOT later.hides)))
      AND NOT EXISTS (SELECT FROM record_visible(:today, NULL) v WHERE v.record_id = r.record_id)
"""
_COUNT = text(f"SELECT r.dataset, count(*) {_ENDED} GROUP BY 1 ORDER BY 1")
# What an act or a batch is at work on is left to the next sweep, and what it did before it let go is seen by _STILL.
_NEXT = text(f"SELECT r.record_id {_ENDED} LIMIT :most FOR UPDATE OF r SKIP LOCKED")
_STILL = text(f"SELECT r.record_id, r.dataset {_ENDED} AND r.record_id = ANY(CAST(:records AS uuid[]))")
_ERASE = text("SELECT xinqiao_erase_content(CAST(:records AS uuid[]), :event)")


async def count_ended(session: AsyncSession, today: date) -> dict[str, int]:
    """Return how many records of each dataset would lose their content."""
    return {dataset: int(count) for dataset, count in await session.execute(_COUNT, _question(today))}


async def find_ended(session: AsyncSession, today: date, most: int) -> Mapping[UUID, str]:
    """Return up to `most` records that have content and need it no more, with their datasets; nobody acts upon them
    until the transaction ends.
    """
    held = (await session.execute(_NEXT, {**_question(today), "most": most})).scalars().all()
    still = await session.execute(_STILL, {**_question(today), "records": list(held)})
    return {row.record_id: row.dataset for row in still}


async def erase_content(session: AsyncSession, records: Sequence[UUID], event_id: UUID) -> None:
    """Erase the content of records, under the event that says so."""
    await session.execute(_ERASE, {"records": list(records), "event": event_id})


def _question(today: date) -> dict[str, object]:
    known = list(datasets().values())
    cutoffs = [_years_before(today, dataset.retention_years) for dataset in known]
    return {"datasets": [dataset.dataset for dataset in known], "cutoffs": cutoffs, "today": today}


def _years_before(day: date, years: int) -> date:
    year = day.year - years
    return date(year, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=year)
