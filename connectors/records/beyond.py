"""What tags of one subject need beyond its records: series that are about nobody, records of enterprises it names."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import get_dataset
from connectors.records.portfolio import COLUMNS, KNOWN_THEN, NOW, THEN, ShownRecord, shown_records

# By the index of batches, then by that of their leaves: records have none by dataset.
_BATCHES = """
    JOIN batch b USING (batch_id)
    WHERE (b.agency, b.dataset) IN (SELECT * FROM unnest(CAST(:agencies AS text[]), CAST(:datasets AS text[])))
    ORDER BY r.batch_id, r.leaf_index
"""
_OTHERS = "JOIN subject s USING (subject_id) WHERE s.uscc = ANY(:codes) AND r.dataset = ANY(:datasets)"
_SERIES_NOW, _SERIES_THEN = (text(f"{COLUMNS} FROM {source} {_BATCHES}") for source in (NOW, THEN))
_OTHERS_NOW = text(f"{COLUMNS}, s.uscc FROM {NOW} {_OTHERS}")
_OTHERS_THEN = text(f"{COLUMNS}, s.uscc FROM {THEN} {_OTHERS} AND {KNOWN_THEN}")


async def load_series(
    session: AsyncSession, names: Collection[str], as_of: date, known_at: datetime | None = None
) -> list[ShownRecord]:
    """Return what may be shown of datasets, whomever it is about, in the order it landed."""
    values = {"datasets": list(names), "agencies": [get_dataset(name).agency for name in names], "as_of": as_of}
    query = _SERIES_NOW if known_at is None else _SERIES_THEN
    return shown_records(await session.execute(query, {**values, "known_at": known_at}))


async def load_others(
    session: AsyncSession, codes: Collection[str], names: Collection[str], as_of: date, known_at: datetime | None = None
) -> dict[str, list[ShownRecord]]:
    """Return what may be shown in datasets of enterprises, by their credit codes."""
    values = {"codes": list(codes), "datasets": list(names), "as_of": as_of, "known_at": known_at}
    rows = (await session.execute(_OTHERS_NOW if known_at is None else _OTHERS_THEN, values)).all()
    found: dict[str, list[ShownRecord]] = {code: [] for code in codes}
    for row in rows:
        found[row.uscc] += shown_records([row])
    return found
