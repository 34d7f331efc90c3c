"""The record store: chunks of one delivery, in their order, into the caller's transaction.

1. Find what is new: a row equal to the version before it is a duplicate, any other a first version or a correction.
2. Find whose each record is; unified codes never seen get a subject, made at the end in one statement (connectors/
   newcomers.py), so that two deliveries never wait for each other in a circle.
3. Close the versions that are replaced, and copy the new ones straight into the table.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
import psycopg
from uuid_utils import uuid7

from connectors.copying import COPY, HEAD, TAIL, Encoder, Rows
from connectors.datasets import Dataset
from connectors.newcomers import Subjects, resolved_by
from signing.merkle import GrowingTree, leaf_hash

KEY_BYTES = 16
CURRENT = "SELECT key_id, version, digest FROM record WHERE key_id = ANY(%b) AND superseded_at IS NULL"
CLOSE = "UPDATE record SET superseded_at = %s WHERE key_id = ANY(%b) AND superseded_at IS NULL"


@dataclass
class Counts:
    """What came of the sound rows so far."""

    accepted: int = 0
    unresolved: int = 0
    corrections: int = 0
    duplicates: int = 0


@dataclass(frozen=True)
class Prepared:
    """A chunk's records with the bytes they are stored and found by."""

    sound: pl.DataFrame
    keys: list[bytes]
    key_ids: list[bytes]
    canonicals: list[bytes]
    digests: list[bytes]


@dataclass(frozen=True)
class Judged:
    """What is new in a chunk: its places, their versions, which of them a later row replaces, and keys to close."""

    places: list[int]
    versions: list[int]
    replaced_here: set[int]
    closed: list[bytes]


def prepare(dataset: Dataset, sound: pl.DataFrame) -> Prepared:
    """Digest a chunk's records and their keys. Pure."""
    sha256, prefix = hashlib.sha256, f"{dataset.dataset}|{dataset.agency}|".encode()
    keys, canonicals = sound["key"].cast(pl.Binary).to_list(), sound["canonical"].cast(pl.Binary).to_list()
    key_ids = [sha256(prefix + key).digest()[:KEY_BYTES] for key in keys]
    return Prepared(sound, keys, key_ids, canonicals, [leaf_hash(canonical) for canonical in canonicals])


class Store:
    """Takes the chunks of one delivery in; nothing commits here."""

    def __init__(self, cursor: psycopg.AsyncCursor[Any], dataset: Dataset, batch_id: UUID, now: datetime) -> None:
        """Take a cursor within the delivery's transaction."""
        self._cursor, self._now = cursor, now
        self._encoder = Encoder(batch_id.bytes, dataset.dataset, dataset.agency, now)
        self.subjects = Subjects(cursor, dataset, batch_id, now)
        self.tree, self.counts = GrowingTree(), Counts()

    async def add(self, chunk: Prepared) -> None:
        """Store a chunk. What takes long without the database runs beside the event loop."""
        stored = await self._find_current(chunk.key_ids)
        judged = await asyncio.to_thread(judge, chunk, stored)
        self.counts.duplicates += len(chunk.key_ids) - len(judged.places)
        if not judged.places:
            return
        if judged.closed:
            await self._cursor.execute(CLOSE, [self._now, judged.closed])
        rows = chunk.sound if len(judged.places) == len(chunk.sound) else chunk.sound[judged.places]
        ids = [uuid7().bytes for _ in judged.places]
        owners = await self.subjects.find(rows, ids)
        self._count(judged.versions, owners)
        block = await asyncio.to_thread(self._encode, chunk, judged, rows, ids, owners)
        async with self._cursor.copy(COPY) as copy:
            for part in (HEAD, block, TAIL):
                await copy.write(part)
        self.tree.add([chunk.digests[place] for place in judged.places])

    async def _find_current(self, key_ids: list[bytes]) -> dict[bytes, tuple[int, bytes]]:
        await self._cursor.execute(CURRENT, [list(dict.fromkeys(key_ids))])
        return {row[0]: (row[1], row[2]) for row in await self._cursor.fetchall()}

    def _count(self, versions: list[int], owners: list[bytes | None]) -> None:
        for version, owner in zip(versions, owners, strict=True):
            if version > 1:
                self.counts.corrections += 1
            elif owner is None:
                self.counts.unresolved += 1
            else:
                self.counts.accepted += 1

    def _encode(
        self, chunk: Prepared, judged: Judged, rows: pl.DataFrame, ids: list[bytes], owners: list[bytes | None]
    ) -> bytes:
        places = judged.places
        kinds, values = resolved_by(rows)
        columns = Rows(
            ids, [chunk.key_ids[at] for at in places], judged.versions, rows["place"].to_list(),
            [chunk.digests[at] for at in places], owners, rows["event_date"].to_list(),
            rows["publish_until"].to_list(), [at in judged.replaced_here for at in places], kinds, values,
            rows["producer"].to_list(), [chunk.keys[at] for at in places], [chunk.canonicals[at] for at in places],
        )  # fmt: skip
        return self._encoder.encode(columns, self.tree.size)


def judge(chunk: Prepared, stored: dict[bytes, tuple[int, bytes]]) -> Judged:
    """Tell duplicates from first versions and corrections; `stored` is each key's current version and digest. Pure."""
    judged, closed = Judged([], [], set(), []), set()
    here: dict[bytes, tuple[int, bytes, int]] = {}
    for place, (key, digest) in enumerate(zip(chunk.key_ids, chunk.digests, strict=True)):
        version = 0
        if (before := here.get(key)) is not None:
            version, last, at = before
            if last == digest:
                continue
            judged.replaced_here.add(at)
        elif (held := stored.get(key)) is not None:
            version, last = held
            if last == digest:
                continue
            closed.add(key)
        here[key] = (version + 1, digest, place)
        judged.places.append(place)
        judged.versions.append(version + 1)
    judged.closed.extend(closed)
    return judged
