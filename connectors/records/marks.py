"""Records without their contents: which count, and by which digests an answer tells of them."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import get_dataset
from connectors.records.portfolio import COLUMNS, NOW, ShownRecord

_BARE = COLUMNS.replace(" r.canonical,", "")
_RECORDS = text(f"""
    {_BARE}, r.subject_id FROM {NOW}
    WHERE r.subject_id = ANY(CAST(:subjects AS uuid[])) AND r.canonical IS NOT NULL
""")
_SERIES = text(f"""
    {_BARE} FROM {NOW} JOIN batch b USING (batch_id)
    WHERE (b.agency, b.dataset) IN (SELECT * FROM unnest(CAST(:agencies AS text[]), CAST(:datasets AS text[])))
      AND r.canonical IS NOT NULL
""")  # noqa: S608 - our own words


async def load_marks(session: AsyncSession, subjects: Collection[UUID], as_of: date) -> dict[UUID, list[ShownRecord]]:
    """Return what may be shown of each subject as of a day, as `load_records` does, without what stands in it."""
    found: dict[UUID, list[ShownRecord]] = {one: [] for one in subjects}
    for row in await session.execute(_RECORDS, {"subjects": list(found), "as_of": as_of, "known_at": None}):
        found[row.subject_id].append(_bare_one(row))
    return found


async def load_series_marks(session: AsyncSession, names: Collection[str], as_of: date) -> list[ShownRecord]:
    """Return what may be shown of datasets, whomever it is about, without what stands in it."""
    agencies = [get_dataset(name).agency for name in names]
    values = {"datasets": list(names), "agencies": agencies, "as_of": as_of, "known_at": None}
    return [_bare_one(row) for row in await session.execute(_SERIES, values)]


def _bare_one(row: Row[Any]) -> ShownRecord:
    return ShownRecord(row.record_id, row.dataset, row.version, row.digest, {}, row.objected, row.event_date)
