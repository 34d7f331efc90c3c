"""The keys that a full list names, noted without storing any of its rows."""

import asyncio
from datetime import date
from typing import Any

import psycopg

from connectors.conversion.chunks import Chunk, ChunkMapper
from connectors.decoding.layout import Layout
from connectors.personal.chunks import find_untouched, protect_chunk
from connectors.personal.sealing import Protector, SubjectKeys
from connectors.store.ingest import Listed
from connectors.store.roll import Roll
from connectors.store.store import prepare
from connectors.store.taking import take


async def list_keys(cursor: psycopg.AsyncCursor[Any], layout: Layout, protector: Protector, today: date) -> Listed:
    """Note every key as taking the rows in would (connectors/store/roll.py), and return what was noted.

    Keys of persons are made on the way: the caller undoes the transaction, or its savepoint.
    """
    binding, keys = layout.binding, SubjectKeys(protector)
    roll, mapper = Roll(cursor, binding, protector), ChunkMapper(binding, today, layout.table.faults)
    await roll.open()

    def read() -> Chunk | None:
        rows = take(layout.table.rows)
        return mapper.map(rows) if rows else None

    while chunk := await asyncio.to_thread(read):
        sound = find_untouched(binding.dataset, chunk.sound)
        if sound is None:
            sound = await protect_chunk(keys, cursor, binding.dataset, chunk.sound)
        await roll.add(await asyncio.to_thread(prepare, binding.dataset, sound))
        await roll.add_refused(chunk.refused)
    return roll.listed
