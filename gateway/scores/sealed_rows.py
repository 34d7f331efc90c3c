"""Sealed records as tables, part after part: the database reads the next ones while these are decoded."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import polars as pl
import psycopg

from connectors.records.column_rows import (
    Acts,
    ColumnRow,
    Pair,
    SealedBatch,
    acts_of_batches,
    acts_of_pairs,
    load_batches,
    load_pairs,
)
from gateway.scores.sources import HeldSource
from scoring_adapter.columns.content import LEAVES

PART = 3 * LEAVES  # records at a time: parts of a content are never divided


class Chunk(NamedTuple):
    """Batches of one day, or some leaves of one of them."""

    day: date
    batches: list[UUID]
    leaves: tuple[int, int]


def chunks_of(batches: Iterable[SealedBatch]) -> Iterator[Chunk]:
    """Yield all leaves of batches that are in the order of their days. Pure."""
    gathered: list[UUID] = []
    room, last = PART, date.min
    for batch in batches:
        if gathered and (batch.day != last or batch.records > room):
            yield Chunk(last, gathered, (0, PART))
            gathered, room = [], PART
        last = batch.day
        if batch.records > PART:
            for low in range(0, batch.records, PART):
                yield Chunk(batch.day, [batch.batch_id], (low, low + PART))
            continue
        gathered.append(batch.batch_id)
        room -= batch.records
    if gathered:
        yield Chunk(last, gathered, (0, PART))


async def tables_of_batches(
    connection: psycopg.AsyncConnection, source: HeldSource, batches: Iterable[SealedBatch]
) -> AsyncIterator[tuple[date, pl.DataFrame]]:
    """Yield the rows of what batches brought, each table with its day of landing."""

    async def load(chunk: Chunk) -> tuple[list[ColumnRow], Acts]:
        rows = await load_batches(connection, chunk.batches, chunk.leaves, nobody=source.nobody)
        return rows, await acts_of_batches(connection, chunk.batches, chunk.leaves) if rows else {}

    chunks = iter(chunks_of(batches))
    chunk = next(chunks, None)
    ahead = asyncio.create_task(load(chunk)) if chunk else None
    try:
        while chunk is not None and ahead is not None:
            rows, acts = await ahead
            day, chunk = chunk.day, next(chunks, None)
            ahead = asyncio.create_task(load(chunk)) if chunk else None
            yield day, await asyncio.to_thread(source.table, rows, acts)
    finally:
        if ahead is not None:  # the connection is free again before anything else is asked
            await asyncio.wait([ahead])


async def table_of_pairs(
    connection: psycopg.AsyncConnection, source: HeldSource, pairs: Sequence[Pair]
) -> pl.DataFrame:
    """Return the rows of records by batch and leaf, of those that are current."""
    tables = [await asyncio.to_thread(source.table, [], {})]
    for at in range(0, len(pairs), PART):
        some = pairs[at : at + PART]
        rows, acts = await load_pairs(connection, some, nobody=source.nobody), await acts_of_pairs(connection, some)
        tables.append(await asyncio.to_thread(source.table, rows, acts))
    return pl.concat(tables)
