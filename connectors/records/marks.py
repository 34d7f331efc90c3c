"""Records without their contents: which count, and by which digests an answer tells of them."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import get_dataset
from connectors.records.portfolio import COLUMNS, NOW, ShownRecord

_BARE = COLUMNS.replace(" r.canonical,", "")
_RECORDS = text(f"{_BARE} FROM {NOW} WHERE r.subject_id = :subject AND r.canonical IS NOT NULL")
_SERIES = text(f"""
    {_BARE} FROM {NOW} JOIN batch b USING (batch_id)
    WHERE (b.agency, b.dataset) IN (SELECT * FROM unnest(CAST(:agencies AS text[]), CAST(:datasets AS text[])))
      AND r.canonical IS NOT NULL
""")  # noqa: S608 - our own words


async def load_marks(session: AsyncSession, subject_id: UUID, as_of: date) -> list[ShownRecord]:
    """Return what may be shown of a subject as of a day, as `load_records` does, without what stands in it."""
    return _bare(await session.execute(_RECORDS, {"subject": subject_id, "as_of": as_of, "known_at": None}))


async def load_series_marks(session: AsyncSession, names: Collection[str], as_of: date) -> list[ShownRecord]:
    """Return what may be shown of datasets, whomever it is about, without what stands in it."""
    agencies = [get_dataset(name).agency for name in names]
    values = {"datasets": list(names), "agencies": agencies, "as_of": as_of, "known_at": None}
    return _bare(await session.execute(_SERIES, values))


def _bare(rows: Iterable[Row[Any]]) -> list[ShownRecord]:
    return [ShownRecord(row.record_id, row.dataset, row.version, row.digest, {}, row.objected) for row in rows]
