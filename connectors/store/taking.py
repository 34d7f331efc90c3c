"""The rows of a submission, chunk by chunk: mapped, refused ones kept aside, what is personal sealed, the rest stored.

While the server stores one chunk, the next is read and mapped beside the event loop.
"""

import asyncio
import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice

import polars as pl
import psycopg

from connectors.conversion.chunks import Chunk, ChunkMapper
from connectors.conversion.left_out import FOOTER, REPEATED_HEADER
from connectors.conversion.party import PERSON
from connectors.decoding.layout import Layout
from connectors.errors import MalformedError
from connectors.model.counting import Tally
from connectors.personal.chunks import find_untouched, protect_chunk
from connectors.store.refused import Quarantine
from connectors.store.roll import Roll
from connectors.store.store import Prepared, Store, prepare

CHUNK_ROWS = 20_000
CHUNK_CHARACTERS = 4_000_000
ROWS_WEIGHED = 100  # rows at a time: measuring them one by one costs as much as reading them
MOST_ROWS = 5_000_000
_COPY_REJECTED = "COPY rejected_row (batch_id, row_number, reasons, cells) FROM STDIN"


@dataclass
class Seen:
    """How many rows of data there were, and how many of them were refused, for which reasons."""

    rows: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


async def take_rows(
    cursor: psycopg.AsyncCursor,
    store: Store,
    quarantine: Quarantine,
    layout: Layout,
    today: date,
    progress: Callable[[int], None],
    look: Callable[[pl.DataFrame], None],
    roll: Roll | None = None,
) -> Seen:
    """Map, protect and store chunk after chunk, mapping one ahead; `roll` notes which keys there are.

    Raises MalformedError where the rows read are not all rows that there are: nothing may be stored then.
    """
    dataset, tally, seen = layout.binding.dataset, layout.tally, Seen()
    mapper = ChunkMapper(layout.binding, today, layout.table.faults)

    def read() -> tuple[int, Chunk, Prepared | None]:
        rows = take(layout.table.rows)
        chunk = mapper.map(rows)
        look(chunk.sound)
        untouched = find_untouched(dataset, chunk.sound)
        return len(rows), chunk, None if untouched is None else prepare(dataset, untouched)

    ahead: asyncio.Task[tuple[int, Chunk, Prepared | None]] | None = asyncio.create_task(asyncio.to_thread(read))
    try:
        while ahead is not None and (found := await ahead)[0]:
            rows, chunk, prepared = found
            seen.rows += rows - len(chunk.left_out[FOOTER]) - len(chunk.left_out[REPEATED_HEADER])
            if seen.rows > MOST_ROWS:
                raise MalformedError(f"超过 {MOST_ROWS} 行，请分批 more than {MOST_ROWS} rows: send several batches")
            # A helping that came short was the last: a record pushed alone is not followed by a chunk of none.
            ahead = None if rows % ROWS_WEIGHED else asyncio.create_task(asyncio.to_thread(read))
            count_left_out(tally, chunk.left_out)
            if prepared is None:
                sound = await protect_chunk(quarantine.keys, cursor, dataset, chunk.sound)
                prepared = await asyncio.to_thread(prepare, dataset, sound)
            await store.add(prepared)
            if roll:
                await roll.add(prepared)
                await roll.add_refused(chunk.refused)
            await _quarantine(cursor, quarantine, chunk, seen)
            progress(seen.rows)
    finally:
        if ahead is not None:
            await asyncio.wait([ahead])  # so that the file is not closed while it is still read
    tally.check(seen.rows)
    return seen


def count_left_out(tally: Tally, left_out: Mapping[str, Sequence[int]]) -> None:
    """Count rows that became neither records nor refused rows, by what they are."""
    tally.persons.add_all(left_out[PERSON])
    tally.footers.add_all(left_out[FOOTER])
    tally.repeated_headers.add_all(left_out[REPEATED_HEADER])


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


async def _quarantine(cursor: psycopg.AsyncCursor, quarantine: Quarantine, chunk: Chunk, seen: Seen) -> None:
    """Keep the refused rows as they came, with every reason."""
    if not chunk.refused:
        return
    await quarantine.open(cursor)
    async with cursor.copy(_COPY_REJECTED) as copy:
        for number, reasons, cells in chunk.refused:
            seen.rejected += 1
            seen.reasons.update({reason.code for reason in reasons})
            await copy.write_row((quarantine.batch_id, number, *quarantine.row(cells, reasons)))
