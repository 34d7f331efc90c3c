"""What earlier batches of a dataset looked like, and what this one does."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.conversion.binding import Binding
from connectors.conversion.headers import field_of_column, header_key, layout_id
from connectors.model.datasets import Dataset
from connectors.quality.drift import FEWEST_AMOUNTS, FieldProfile, Profile
from connectors.quality.profile import Profiler
from connectors.store.ingest import Summary

MOST_LAYOUTS = 50
MOST_BATCHES = 10
_LAYOUTS = text("""
    SELECT header_key FROM layout WHERE agency = :agency AND dataset = :dataset ORDER BY first_seen DESC LIMIT :most
""")
_KEEP_LAYOUT = text("""
    INSERT INTO layout (layout_id, agency, dataset, header_key, mapping, first_seen)
    VALUES (:id, :agency, :dataset, :keys, :mapping, :now) ON CONFLICT DO NOTHING
""")
# Values that a person accepted are the new normal: nothing before them counts any more.
_HISTORY = text("""
    WITH recent AS (
        SELECT b.batch_id, b.row_count, b.accepted, b.unresolved FROM batch b
        WHERE b.agency = :agency AND b.dataset = :dataset AND b.corrects IS NULL AND b.row_count > 0
          AND b.received_at >= coalesce((
              SELECT max(a.received_at) FROM batch a WHERE a.batch_id = ANY(CAST(:accepted AS uuid[]))), '-infinity')
        ORDER BY b.received_at DESC LIMIT :most)
    SELECT NULL AS field, coalesce(sum(row_count), 0), coalesce(sum(accepted + unresolved), 0),
           coalesce(sum(unresolved), 0), NULL::numeric FROM recent
    UNION ALL
    SELECT field, sum(looked_at), sum(filled), sum(rejected),
           percentile_disc(0.5) WITHIN GROUP (ORDER BY median) FILTER (WHERE filled >= :amounts)
    FROM recent JOIN batch_profile USING (batch_id) GROUP BY field
""")
# One statement for all fields: a record pushed alone has as many of them as a million.
_KEEP_PROFILE = text("""
    INSERT INTO batch_profile (batch_id, field, looked_at, filled, rejected, median, first_date, last_date)
    SELECT :batch, f.* FROM unnest(
        CAST(:field AS text[]), CAST(:looked_at AS int[]), CAST(:filled AS int[]), CAST(:rejected AS int[]),
        CAST(:median AS numeric[]), CAST(:first_date AS date[]), CAST(:last_date AS date[])) AS f
""")
_REFUSED = text("""
    SELECT reason ->> 'column', count(DISTINCT row_number)
    FROM rejected_row, jsonb_array_elements(reasons) AS reason WHERE batch_id = :batch GROUP BY 1
""")


async def load_headers(session: AsyncSession, dataset: Dataset) -> Sequence[list[str]]:
    """Return the headings, as they were compared then, of each layout batches of this dataset had, newest first."""
    values = {"agency": dataset.agency, "dataset": dataset.dataset, "most": MOST_LAYOUTS}
    return (await session.execute(_LAYOUTS, values)).scalars().all()


async def keep_layout(session: AsyncSession, binding: Binding, now: datetime) -> None:
    """Remember a batch's layout; it is found by `layout_id`."""
    dataset, keys = binding.dataset, header_key(binding.header)
    values = {
        "id": layout_id(dataset, keys), "agency": dataset.agency, "dataset": dataset.dataset, "keys": keys,
        "mapping": f"{binding.mapping.id}/{binding.mapping.version}", "now": now,
    }  # fmt: skip
    await session.execute(_KEEP_LAYOUT, values)


async def load_history(session: AsyncSession, dataset: Dataset, accepted: Sequence[UUID]) -> Profile:
    """Return what the last batches looked like together, none before the newest of those whose values a person
    `accepted`.
    """
    values = {"agency": dataset.agency, "dataset": dataset.dataset, "most": MOST_BATCHES, "amounts": FEWEST_AMOUNTS,
              "accepted": list(accepted)}  # fmt: skip
    (_, rows, records, unresolved, _), *found = (await session.execute(_HISTORY, values)).all()
    fields = {
        name: FieldProfile(int(looked_at), int(filled), int(rejected), median)
        for name, looked_at, filled, rejected, median in found
    }
    return Profile(int(rows), int(records), int(unresolved), fields)


class FieldRow(NamedTuple):
    """A row of batch_profile, without its batch."""

    field: str
    looked_at: int
    filled: int
    rejected: int
    median: Decimal | None
    first_date: date | None
    last_date: date | None


async def profile_batch(
    session: AsyncSession, binding: Binding, batch_id: UUID, summary: Summary, profiler: Profiler
) -> list[FieldRow]:
    """Return what the profiler saw: a row for each field, and for refusals that belong to none."""
    refused: dict[str, int] = {}
    if summary.rejected:
        owners = field_of_column(binding)
        for column, rows in await session.execute(_REFUSED, {"batch": batch_id}):
            owner = owners.get(column, column)
            refused[owner] = refused.get(owner, 0) + rows
    known = [
        FieldRow(name, profiler.looked_at, looks.filled, refused.pop(name, 0), looks.median, looks.first, looks.last)
        for name, looks in profiler.fields.items()
    ]
    return known + [FieldRow(name, 0, 0, rows, None, None, None) for name, rows in refused.items()]


async def keep_profile(session: AsyncSession, batch_id: UUID, rows: list[FieldRow]) -> None:
    """Store what a batch looked like."""
    columns = dict(zip(FieldRow._fields, map(list, zip(*rows, strict=True)), strict=True))
    await session.execute(_KEEP_PROFILE, {"batch": batch_id, **columns})


def profile_of(summary: Summary, rows: list[FieldRow]) -> Profile:
    """Return a batch's profile as it is compared."""
    fields = {row.field: FieldProfile(row.looked_at, row.filled, row.rejected, row.median) for row in rows}
    return Profile(summary.rows, summary.accepted + summary.unresolved, summary.unresolved, fields)
