"""The list of files that belong to the column store, what each day holds, and which declaration made it.

`list_files(session)` is what a scan begins with; `view` (scoring_adapter/columns/view.py) makes a table of the files. A
file that was replaced stays for REPLACED_HOURS: a scan that began before goes on reading it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from scoring_adapter.columns.content import to_bytes
from scoring_adapter.columns.files import StoredFile

REPLACED_HOURS = 6
_FILES = text("""
    SELECT name, dataset, day, gone, written, row_count, size, digest FROM column_file
    WHERE replaced_at IS NULL AND (CAST(:dataset AS text) IS NULL OR dataset = :dataset)
    ORDER BY dataset, day, written, name
""")
_FILES_OF_DAYS = text("""
    SELECT name, dataset, day, gone, written, row_count, size, digest FROM column_file
    WHERE replaced_at IS NULL AND dataset = :dataset AND day = ANY(CAST(:days AS date[])) ORDER BY day, written, name
""")
_ADD = text("""
    INSERT INTO column_file (name, dataset, day, gone, written, row_count, size, digest, event_id)
    VALUES (:name, :dataset, :day, :gone, :written, :row_count, :size, :digest, :event)
""")
_REPLACE = text("""
    UPDATE column_file SET replaced_at = :now WHERE name = ANY(CAST(:names AS text[])) AND replaced_at IS NULL
""")
_WRITTEN = text("SELECT coalesce(max(written), 0) FROM column_file WHERE dataset = :dataset")
_REPLACED = text("""
    SELECT name FROM column_file
    WHERE replaced_at < CAST(:now AS timestamptz) - make_interval(hours => :hours) LIMIT :most
""")
_KNOWN = text("SELECT name FROM column_file WHERE name = ANY(CAST(:names AS text[]))")
_FORGET = text("DELETE FROM column_file WHERE name = ANY(CAST(:names AS text[])) AND replaced_at IS NOT NULL")
_DAYS = text("SELECT day, row_count, content, event_id FROM column_day WHERE dataset = :dataset ORDER BY day")
_PUT_DAY = text("""
    INSERT INTO column_day (dataset, day, row_count, content, event_id)
    VALUES (:dataset, :day, :row_count, :content, :event)
    ON CONFLICT (dataset, day) DO UPDATE
    SET row_count = excluded.row_count, content = excluded.content, event_id = excluded.event_id
""")
_DROP_DAYS = text("DELETE FROM column_day WHERE dataset = :dataset AND day = ANY(CAST(:days AS date[]))")
_DATASETS = text("SELECT dataset, declaration FROM column_dataset")
_PUT_DATASET = text("""
    INSERT INTO column_dataset (dataset, declaration, built_at, event_id) VALUES (:dataset, :declaration, :now, :event)
    ON CONFLICT (dataset) DO UPDATE
    SET declaration = excluded.declaration, built_at = excluded.built_at, event_id = excluded.event_id
""")
_MARK = text("UPDATE column_dataset SET declaration = '' WHERE dataset = ANY(CAST(:datasets AS text[]))")
_DROP_DATASET = text("DELETE FROM column_dataset WHERE dataset = :dataset")


@dataclass(frozen=True)
class DayHeld:
    """What the store holds of a dataset's day: rows, what they add up to, and the event that last said so."""

    rows: int
    content: int
    event_id: UUID | None = None


async def list_files(session: AsyncSession, dataset: str | None = None) -> list[StoredFile]:
    """Return the files that belong to the store: of a dataset, or all."""
    return [StoredFile(*row) for row in await session.execute(_FILES, {"dataset": dataset})]


async def files_of_days(session: AsyncSession, dataset: str, days: Iterable[date]) -> list[StoredFile]:
    """Return the files of some days of a dataset."""
    return [StoredFile(*row) for row in await session.execute(_FILES_OF_DAYS, {"dataset": dataset, "days": [*days]})]


async def add_files(session: AsyncSession, files: Iterable[StoredFile], event_id: UUID) -> None:
    """Add files that an event tells of."""
    rows: list[dict[str, Any]] = [{**vars(file), "event": event_id} for file in files]
    if rows:
        await session.execute(_ADD, rows)


async def replace_files(session: AsyncSession, files: Iterable[StoredFile], now: datetime) -> int:
    """Take files out of the list that others replace; return how many were in it."""
    done = await session.execute(_REPLACE, {"names": [file.name for file in files], "now": now})
    return int(getattr(done, "rowcount", 0))


async def next_write(session: AsyncSession, dataset: str) -> int:
    """Return the number of a dataset's next write; whoever asks holds the store's lock."""
    return int((await session.execute(_WRITTEN, {"dataset": dataset})).scalar_one()) + 1


async def find_replaced(session: AsyncSession, now: datetime, most: int) -> list[str]:
    """Return the names of files that were replaced long enough ago."""
    found = await session.execute(_REPLACED, {"now": now, "hours": REPLACED_HOURS, "most": most})
    return list(found.scalars())


async def find_known(session: AsyncSession, names: Iterable[str]) -> set[str]:
    """Return those of these names that are in the list, be they replaced."""
    return set((await session.execute(_KNOWN, {"names": list(names)})).scalars())


async def forget_files(session: AsyncSession, names: Iterable[str]) -> None:
    """Forget files that were replaced, and are deleted."""
    await session.execute(_FORGET, {"names": list(names)})


async def load_days(session: AsyncSession, dataset: str) -> dict[date, DayHeld]:
    """Return what the store holds of each of a dataset's days."""
    found = await session.execute(_DAYS, {"dataset": dataset})
    return {day: DayHeld(rows, int.from_bytes(content), event) for day, rows, content, event in found}


async def put_days(session: AsyncSession, dataset: str, days: Mapping[date, DayHeld], event_id: UUID) -> None:
    """Keep what days hold now; a day without rows is not kept."""
    rows: list[dict[str, Any]] = [
        {"dataset": dataset, "day": day, "row_count": held.rows, "content": to_bytes(held.content), "event": event_id}
        for day, held in days.items()
        if held.rows
    ]
    if rows:
        await session.execute(_PUT_DAY, rows)
    await session.execute(
        _DROP_DAYS, {"dataset": dataset, "days": [day for day, held in days.items() if not held.rows]}
    )


async def load_declarations(session: AsyncSession) -> dict[str, str]:
    """Return the datasets that the store holds, each with the digest of the declaration its columns were made with."""
    return {row.dataset: row.declaration for row in await session.execute(_DATASETS)}


async def put_dataset(session: AsyncSession, dataset: str, declaration: str, now: datetime, event_id: UUID) -> None:
    """Keep which declaration a dataset's columns were made with."""
    values = {"dataset": dataset, "declaration": declaration, "now": now, "event": event_id}
    await session.execute(_PUT_DATASET, values)


async def mark_for_building(session: AsyncSession, datasets: Iterable[str]) -> None:
    """Have datasets built anew: by whoever comes first, this command or the worker."""
    await session.execute(_MARK, {"datasets": list(datasets)})


async def drop_dataset(session: AsyncSession, dataset: str) -> None:
    """Forget a dataset that no tag is computed from any more."""
    await session.execute(_DROP_DATASET, {"dataset": dataset})
