"""Staging: a delivery's rows mapped and copied beside the store, chunk by chunk, before anything is merged."""

import asyncio
import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

import psycopg
from uuid_utils.compat import uuid7

from connectors.decode import Table
from connectors.errors import MalformedError
from connectors.identifiers import Kind
from connectors.party import PERSON
from connectors.personal import SubjectKeys
from connectors.protect import Protected, Row, protect
from connectors.refused import Quarantine
from connectors.rows import Mapped, Refused, RowMapper
from signing.merkle import leaf_hash

CHUNK_ROWS = 5_000
MOST_ROWS = 5_000_000
CREATE = """
    CREATE TEMP TABLE staging (
        place integer, record_id uuid, business_key text, uscc text, organisation text,
        identifier_type text, identifier_value text, name text, name_key text, producer text, event_date text,
        publish_until text, digest bytea, canonical bytea
    ) ON COMMIT DROP
"""
_COPY_STAGING = "COPY staging FROM STDIN (FORMAT BINARY)"
_STAGING_TYPES = ("int4", "uuid", *("text",) * 10, "bytea", "bytea")
_COPY_REJECTED = "COPY rejected_row (batch_id, row_number, reasons, cells) FROM STDIN"
Progress = Callable[[int], None]
StagedRow = tuple[object, ...]


@dataclass
class Staged:
    """What was read: rows seen, natural persons dropped, rows refused and why."""

    rows: int = 0
    natural_persons: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


async def stage(
    connection: psycopg.AsyncConnection,
    table: Table,
    mapper: RowMapper,
    keys: SubjectKeys,
    quarantine: Quarantine,
    progress: Progress,
) -> Staged:
    """Map every row, copying the sound ones to staging and the refused ones to the quarantine.

    Mapping runs beside the event loop, so a large delivery does not hold up other callers. Raises MalformedError.
    """
    staged = Staged()
    async with connection.cursor() as cursor:
        await cursor.execute(CREATE)
        while await _stage_chunk(cursor, table, mapper, keys, quarantine, staged):
            progress(staged.rows)
        await cursor.execute("ANALYZE staging")
    return staged


async def _stage_chunk(
    cursor: psycopg.AsyncCursor,
    table: Table,
    mapper: RowMapper,
    keys: SubjectKeys,
    quarantine: Quarantine,
    staged: Staged,
) -> bool:
    """Stage the next rows; False where there are none."""
    with _no_cycles():
        chunk = await asyncio.to_thread(lambda: list(islice(table.rows, CHUNK_ROWS)))
        if staged.rows + len(chunk) > MOST_ROWS:
            raise MalformedError(f"超过 {MOST_ROWS} 行，请分批报送 more than {MOST_ROWS} rows: send several batches")
        sound, refused = await asyncio.to_thread(_map_chunk, chunk, mapper, staged)
        protected = await protect(keys, cursor, mapper.dataset, [_row(mapped) for _, mapped in sound])
        async with cursor.copy(_COPY_STAGING) as copy:
            copy.set_types(_STAGING_TYPES)
            for (number, mapped), row in zip(sound, protected, strict=True):
                await copy.write_row(_staged_row(number, mapped, row))
        if refused:
            await quarantine.open(cursor)
            async with cursor.copy(_COPY_REJECTED) as copy:
                for number, cells, refusal in refused:
                    await copy.write_row((quarantine.batch_id, number, *quarantine.row(cells, refusal.reasons)))
        return bool(chunk)


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Pause the search for reference cycles: rows hold none, and looking for some costs as much as mapping them."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _map_chunk(
    chunk: list[tuple[int, list[str]]], mapper: RowMapper, staged: Staged
) -> tuple[list[tuple[int, Mapped]], list[tuple[int, list[str], Refused]]]:
    sound: list[tuple[int, Mapped]] = []
    refused: list[tuple[int, list[str], Refused]] = []
    for number, cells in chunk:
        staged.rows += 1
        outcome = mapper.map(cells)
        if isinstance(outcome, Mapped):
            sound.append((number, outcome))
        elif isinstance(outcome, Refused):
            staged.rejected += 1
            staged.reasons.update({reason.code for reason in outcome.reasons})
            refused.append((number, cells, outcome))
        elif outcome == PERSON:
            staged.natural_persons += 1
    return sound, refused


def _row(mapped: Mapped) -> Row:
    identifier = mapped.identifier
    return Row(mapped.key, identifier.kind, identifier.value, identifier.organisation, mapped.name, mapped.canonical)


def _staged_row(number: int, mapped: Mapped, protected: Protected) -> StagedRow:
    """Lay a record out as staging's columns."""
    identifier = mapped.identifier
    uscc = identifier.value if identifier.kind is Kind.USCC else None
    return (
        number, uuid7(), protected.key, uscc, identifier.organisation, *protected.resolved_by, protected.name,
        protected.name_hash, mapped.producer, mapped.event_date, mapped.publish_until,
        leaf_hash(protected.canonical), protected.canonical,
    )  # fmt: skip
