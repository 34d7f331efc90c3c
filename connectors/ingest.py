"""Taking one delivery in, in the caller's transaction: map, quarantine, store, seal. All or nothing.

While the server stores one chunk, the next is read and mapped beside the event loop.
"""

import asyncio
import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

import orjson
import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.binding import Binding, bind
from connectors.cells import Reason, without_citizens
from connectors.chunks import Chunk, ChunkMapper
from connectors.datasets import Dataset
from connectors.decode import Table
from connectors.errors import MalformedError
from connectors.identifiers import is_old_citizen
from connectors.store import Prepared, Store, prepare
from signing.merkle import inclusion_path

STATEMENT_TYPE = "xinqiao-batch+jws"
CHUNK_ROWS = 20_000
MOST_ROWS = 5_000_000
LONGEST_KEPT_CELL = 2_000
_LOCK = text("SELECT pg_advisory_xact_lock(7134, hashtext(:dataset))")  # one delivery of a dataset at a time
_COPY_REJECTED = "COPY rejected_row (batch_id, row_number, reasons, cells) FROM STDIN"
_LEAVES = text("SELECT digest FROM record WHERE batch_id = :batch ORDER BY leaf_index")
Seal = Callable[[Mapping[str, object]], str]
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Delivery:
    """Whose delivery this is: the dataset, the sender's own batch id, and SHA-256 of the bytes as they came."""

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
    delivery: Delivery,
    table: Table,
    seal: Seal,
    now: datetime,
    progress: Progress,
) -> Summary:
    """Take the rows in. `connection` is the driver's, under the same transaction; `seal` signs the statement.

    Raises MalformedError where the delivery as a whole is not what was agreed.
    """
    binding = bind(delivery.dataset, table.header)
    await session.execute(_LOCK, {"dataset": delivery.dataset.dataset})
    async with connection.cursor() as cursor:
        store = Store(cursor, delivery.dataset, delivery.batch_id, now)
        seen = await _take_rows(cursor, store, binding, table, delivery.batch_id, now, progress)
        resolved, own = await store.subjects.finish()
    counts, root = store.counts, store.tree.root().hex()
    statement = seal(
        {
            "v": 1,
            "batch": str(delivery.batch_id),
            "agency": delivery.dataset.agency,
            "dataset": delivery.dataset.dataset,
            "sender_batch": delivery.sender_batch,
            "digest": delivery.digest.hex(),
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
    binding: Binding,
    table: Table,
    batch_id: UUID,
    now: datetime,
    progress: Progress,
) -> _Seen:
    """Map and store chunk after chunk, one ahead."""
    mapper, seen = ChunkMapper(binding, now.date()), _Seen()

    def read() -> tuple[int, Chunk, Prepared]:
        with _no_cycles():
            rows = list(islice(table.rows, CHUNK_ROWS))
            chunk = mapper.map(rows)
            return len(rows), chunk, prepare(binding.dataset, chunk.sound)

    ahead = asyncio.create_task(asyncio.to_thread(read))
    try:
        while (found := await ahead)[0]:
            rows, chunk, prepared = found
            seen.rows += rows
            if seen.rows > MOST_ROWS:
                raise MalformedError(
                    f"超过 {MOST_ROWS} 行，请分批报送 more than {MOST_ROWS} rows: send several batches"
                )
            ahead = asyncio.create_task(asyncio.to_thread(read))
            seen.natural_persons += chunk.natural_persons
            await store.add(prepared)
            await _quarantine(cursor, table.header, batch_id, chunk, seen)
            progress(seen.rows)
    finally:
        await asyncio.wait([ahead])  # the delivery's file is not closed under the reader
    return seen


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Pause the search for reference cycles: rows hold none, and looking for some costs as much as mapping them."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _quarantine(
    cursor: psycopg.AsyncCursor, header: list[str], batch_id: UUID, chunk: Chunk, seen: _Seen
) -> None:
    """Keep the refused rows as they came, with every reason."""
    if not chunk.refused:
        return
    async with cursor.copy(_COPY_REJECTED) as copy:
        for number, reasons, cells in chunk.refused:
            seen.rejected += 1
            seen.reasons.update({reason.code for reason in reasons})
            await copy.write_row((batch_id, number, _shown(reasons), _kept_row(header, cells)))


def _shown(reasons: tuple[Reason, ...]) -> str:
    named = [{"code": r.code, "column": r.column, "value": r.value, "text": r.text} for r in reasons]
    return orjson.dumps(named).decode()


def _kept_row(header: list[str], cells: list[str]) -> str:
    """Pair cells with headings; a shifted row may have more of either."""
    width = max(len(header), len(cells))
    paired = zip(header + [""] * (width - len(header)), cells + [""] * (width - len(cells)), strict=True)
    return orjson.dumps({name or f"第{at}列": _kept(cell) for at, (name, cell) in enumerate(paired, 1)}).decode()


def _kept(cell: str) -> str:
    """Return a refused cell as the quarantine keeps it: whole, but without citizen numbers."""
    if is_old_citizen(cell.strip()):
        return "〔证件号已隐去〕"
    return without_citizens(cell)[:LONGEST_KEPT_CELL].replace("\x00", "")


async def load_leaves(session: AsyncSession, batch_id: UUID) -> list[bytes]:
    """Return the leaf hashes of a batch's records in their order."""
    return list((await session.execute(_LEAVES, {"batch": batch_id})).scalars())


def path_of(leaves: list[bytes], index: int) -> list[str]:
    """Return a record's inclusion path in its batch, in hex (RFC 6962 2.1.1)."""
    return [step.hex() for step in inclusion_path(leaves, index)]
