"""Taking one submission in, in the caller's transaction: map, quarantine, store, seal. All or nothing.

While the server stores one chunk, the next is read and mapped beside the event loop.
"""

import asyncio
import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from uuid import UUID

import polars as pl
import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.conversion.chunks import Chunk, ChunkMapper
from connectors.decoding.layout import Layout
from connectors.errors import MalformedError
from connectors.model.datasets import Dataset
from connectors.personal.protect import find_untouched, protect_chunk
from connectors.personal.sealing import Protector, SubjectKeys
from connectors.store.refused import Quarantine
from connectors.store.store import Prepared, Store, prepare

CHUNK_ROWS = 20_000
CHUNK_CHARACTERS = 4_000_000
ROWS_WEIGHED = 100  # rows at a time: measuring them one by one costs as much as reading them
MOST_ROWS = 5_000_000
LOCK = 7134  # the advisory lock of a dataset: one batch of it is stored at a time
_LOCK = text(f"SELECT pg_advisory_xact_lock({LOCK}, hashtext(:dataset))")
_COPY_REJECTED = "COPY rejected_row (batch_id, row_number, reasons, cells) FROM STDIN"
Seal = Callable[[Mapping[str, object]], str]
Progress = Callable[[int], None]
Look = Callable[[pl.Series], None]


@dataclass(frozen=True)
class NewBatch:
    """The batch to be made: its id, the dataset, the sender's own batch id, and SHA-256 of the bytes as they came."""

    batch_id: UUID
    dataset: Dataset
    sender_batch: str
    digest: bytes


@dataclass(frozen=True)
class Summary:
    """What came of every row (the six counts add up to `rows`), the refusals by reason, and the sealed statement."""

    rows: int
    accepted: int
    unresolved: int
    corrections: int
    duplicates: int
    natural_persons: int
    rejected: int
    reasons: dict[str, int]
    resolved_earlier: int
    root: str
    statement: str
    mapping: dict[str, object]

    def counts(self) -> dict[str, int]:
        """Return the row counts by name."""
        names = ("rows", "accepted", "unresolved", "corrections", "duplicates", "natural_persons", "rejected")
        return {name: getattr(self, name) for name in names}


@dataclass
class _Seen:
    rows: int = 0
    natural_persons: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


async def ingest(
    session: AsyncSession,
    connection: psycopg.AsyncConnection,
    batch: NewBatch,
    layout: Layout,
    *,
    seal: Seal,
    now: datetime,
    progress: Progress,
    protector: Protector,
    look: Look = lambda _records: None,
) -> Summary:
    """Take the rows in. `connection` is the driver's, under the same transaction; `seal` signs the statement.

    `look` is shown the canonical forms of each chunk's sound rows, before anything of them is sealed.

    Raises MalformedError where the submission as a whole is not what was agreed.
    """
    binding = layout.binding
    await session.execute(_LOCK, {"dataset": batch.dataset.dataset})
    async with connection.cursor() as cursor:
        store, keys = Store(cursor, batch.dataset, batch.batch_id, now), SubjectKeys(protector)
        quarantine = Quarantine(keys, binding, batch.batch_id)
        with no_cycles():
            seen = await _take_rows(cursor, store, quarantine, layout, now, progress, look)
        resolved, own = await store.finish()
    counts, root = store.counts, store.tree.root().hex()
    statement = seal(
        {
            "v": 1,
            "batch": str(batch.batch_id),
            "agency": batch.dataset.agency,
            "dataset": batch.dataset.dataset,
            "sender_batch": batch.sender_batch,
            "digest": batch.digest.hex(),
            "records": store.tree.size,
            "root": root,
            "at": now.isoformat(),
        }
    )
    return Summary(
        seen.rows, counts.accepted + own, counts.unresolved - own, counts.corrections, counts.duplicates,
        seen.natural_persons, seen.rejected, dict(seen.reasons), resolved - own, root, statement, binding.provenance(),
    )  # fmt: skip


async def _take_rows(
    cursor: psycopg.AsyncCursor,
    store: Store,
    quarantine: Quarantine,
    layout: Layout,
    now: datetime,
    progress: Progress,
    look: Look,
) -> _Seen:
    """Map, protect and store chunk after chunk, mapping one ahead."""
    dataset, mapper, seen = layout.binding.dataset, ChunkMapper(layout.binding, now.date()), _Seen()

    def read() -> tuple[int, Chunk, Prepared | None]:
        rows = take(layout.table.rows)
        chunk = mapper.map(rows)
        look(chunk.sound["canonical"])
        untouched = find_untouched(dataset, chunk.sound)
        return len(rows), chunk, None if untouched is None else prepare(dataset, untouched)

    ahead = asyncio.create_task(asyncio.to_thread(read))
    try:
        while (found := await ahead)[0]:
            rows, chunk, prepared = found
            seen.rows += rows
            if seen.rows > MOST_ROWS:
                raise MalformedError(f"超过 {MOST_ROWS} 行，请分批 more than {MOST_ROWS} rows: send several batches")
            ahead = asyncio.create_task(asyncio.to_thread(read))
            seen.natural_persons += chunk.natural_persons
            if prepared is None:
                sound = await protect_chunk(quarantine.keys, cursor, dataset, chunk.sound)
                prepared = await asyncio.to_thread(prepare, dataset, sound)
            await store.add(prepared)
            await _quarantine(cursor, quarantine, chunk, seen)
            progress(seen.rows)
    finally:
        await asyncio.wait([ahead])  # so that the file is not closed while it is still read
    return seen


def take(rows: Iterator[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """Take the next chunk: so many rows, fewer where they are wide."""
    taken: list[tuple[int, list[str]]] = []
    room = CHUNK_CHARACTERS
    while room > 0 and len(taken) < CHUNK_ROWS and (some := list(islice(rows, ROWS_WEIGHED))):
        taken += some
        room -= sum(map(len, chain.from_iterable(cells for _, cells in some)))
    return taken


@contextmanager
def no_cycles() -> Iterator[None]:
    """Pause the search for reference cycles: rows hold none, and looking for some costs as much as mapping them."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _quarantine(cursor: psycopg.AsyncCursor, quarantine: Quarantine, chunk: Chunk, seen: _Seen) -> None:
    """Keep the refused rows as they came, with every reason."""
    if not chunk.refused:
        return
    await quarantine.open(cursor)
    async with cursor.copy(_COPY_REJECTED) as copy:
        for number, reasons, cells in chunk.refused:
            seen.rejected += 1
            seen.reasons.update({reason.code for reason in reasons})
            await copy.write_row((quarantine.batch_id, number, *quarantine.row(cells, reasons)))
