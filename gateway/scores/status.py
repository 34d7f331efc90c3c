"""How the column store does: what each dataset holds, and how far it is behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.records.column_rows import count_due
from gateway.scores.sources import HeldSource

_HELD = text("""
    SELECT d.dataset, d.declaration, d.built_at,
           (SELECT coalesce(sum(row_count), 0) FROM column_day o WHERE o.dataset = d.dataset)::bigint AS rows,
           (SELECT count(*) FROM column_day o WHERE o.dataset = d.dataset) AS days,
           f.files, f.bytes
    FROM column_dataset d CROSS JOIN LATERAL (
        SELECT count(*) AS files, coalesce(sum(size), 0)::bigint AS bytes FROM column_file o
        WHERE o.dataset = d.dataset AND o.replaced_at IS NULL) f
    ORDER BY d.dataset
""")


@dataclass(frozen=True)
class DatasetStatus:
    """A dataset of the store: rows, days and files, when it was built, and what is due since when.

    `current` tells that its columns were made with the declaration of now.
    """

    dataset: str
    rows: int
    days: int
    files: int
    bytes: int
    built_at: datetime
    current: bool
    due: int
    since: datetime | None


async def load_status(session: AsyncSession, sources: Mapping[str, HeldSource]) -> list[DatasetStatus]:
    """Return the datasets that the store holds."""
    due = {one.dataset: one for one in await count_due(session, sources)}
    return [
        DatasetStatus(
            row.dataset, row.rows, row.days, row.files, row.bytes, row.built_at,
            row.dataset in sources and sources[row.dataset].declaration == row.declaration,
            due[row.dataset].entries if row.dataset in due else 0,
            due[row.dataset].since if row.dataset in due else None,
        )
        for row in await session.execute(_HELD)
    ]  # fmt: skip
