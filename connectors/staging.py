"""Staging: a delivery's rows mapped and copied beside the store, chunk by chunk, before anything is merged."""

import asyncio
import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

import orjson
import psycopg
from uuid_utils.compat import uuid7

from connectors.cells import without_citizens
from connectors.decode import Table
from connectors.errors import MalformedError
from connectors.identifiers import Kind, is_old_citizen
from connectors.party import PERSON
from connectors.rows import Mapped, Refused, RowMapper
from signing.merkle import leaf_hash

CHUNK_ROWS = 5_000
MOST_ROWS = 5_000_000
LONGEST_KEPT_CELL = 2_000
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
    connection: psycopg.AsyncConnection, table: Table, mapper: RowMapper, batch_id: UUID, progress: Progress
) -> Staged:
    """Map every row, copying the sound ones to staging and the refused ones to the quarantine.

    Mapping runs beside the event loop, so a large delivery does not hold up other callers. Raises MalformedError.
    """
    staged = Staged()
    async with connection.cursor() as cursor:
        await cursor.execute(CREATE)
        while await _stage_chunk(cursor, table, mapper, batch_id, staged):
            progress(staged.rows)
        await cursor.execute("ANALYZE staging")
    return staged


async def _stage_chunk(
    cursor: psycopg.AsyncCursor, table: Table, mapper: RowMapper, batch_id: UUID, staged: Staged
) -> bool:
    """Stage the next rows; False where there are none."""
    with _no_cycles():
        chunk = await asyncio.to_thread(lambda: list(islice(table.rows, CHUNK_ROWS)))
        if staged.rows + len(chunk) > MOST_ROWS:
            raise MalformedError(f"超过 {MOST_ROWS} 行，请分批报送 more than {MOST_ROWS} rows: send several batches")
        sound, refused = await asyncio.to_thread(_map_chunk, chunk, table.header, mapper, staged)
        async with cursor.copy(_COPY_STAGING) as copy:
            copy.set_types(_STAGING_TYPES)
            for row in sound:
                await copy.write_row(row)
        if refused:
            async with cursor.copy(_COPY_REJECTED) as copy:
                for number, reasons, cells in refused:
                    await copy.write_row((batch_id, number, reasons, cells))
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
    chunk: list[tuple[int, list[str]]], header: list[str], mapper: RowMapper, staged: Staged
) -> tuple[list[StagedRow], list[tuple[int, str, str]]]:
    sound: list[StagedRow] = []
    refused: list[tuple[int, str, str]] = []
    for number, cells in chunk:
        staged.rows += 1
        outcome = mapper.map(cells)
        if isinstance(outcome, Mapped):
            sound.append(_staged_row(number, outcome))
        elif isinstance(outcome, Refused):
            staged.rejected += 1
            staged.reasons.update({reason.code for reason in outcome.reasons})
            kept = {name or f"第{place}列": _kept(cell) for place, (name, cell) in enumerate(_paired(header, cells), 1)}
            reasons = [{"code": r.code, "column": r.column, "value": r.value, "text": r.text} for r in outcome.reasons]
            refused.append((number, orjson.dumps(reasons).decode(), orjson.dumps(kept).decode()))
        elif outcome == PERSON:
            staged.natural_persons += 1
    return sound, refused


def _staged_row(number: int, mapped: Mapped) -> StagedRow:
    """Lay a record out as staging's columns; what it is resolved by is its strongest identifier, else its name."""
    identifier = mapped.identifier
    uscc = identifier.value if identifier.kind is Kind.USCC else None
    if identifier.kind in {Kind.TAX, Kind.ORGANISATION}:
        resolved_by = ("organisation_code", identifier.organisation)
    elif identifier.value:
        resolved_by = (identifier.kind.value, identifier.value)
    else:
        resolved_by = ("name", mapped.name_key)
    return (
        number, uuid7(), mapped.key, uscc, identifier.organisation, *resolved_by,
        mapped.name, mapped.name_key, mapped.producer, mapped.event_date, mapped.publish_until,
        leaf_hash(mapped.canonical), mapped.canonical,
    )  # fmt: skip


def _paired(header: list[str], cells: list[str]) -> list[tuple[str, str]]:
    """Pair cells with headings; a shifted row may have more of either."""
    width = max(len(header), len(cells))
    return list(zip(header + [""] * (width - len(header)), cells + [""] * (width - len(cells)), strict=True))


def _kept(cell: str) -> str:
    """Return a refused cell as the quarantine keeps it: whole, but without citizen numbers."""
    if is_old_citizen(cell.strip()):
        return "〔证件号已隐去〕"
    return without_citizens(cell)[:LONGEST_KEPT_CELL].replace("\x00", "")
