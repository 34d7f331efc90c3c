"""The record store: chunks of one submission, in their order, into the caller's transaction.

1. Find what is new: a row equal to the version before it is a duplicate, any other a first version or a correction.
   What was stored before keys were folded is found by the key it has, and keeps it (connectors/conversion/keys.py).
2. Find whose each record is; unified codes never seen get a subject, made at the end in one statement (connectors/
   newcomers.py), so that two submissions never wait for each other in a circle.
3. Close the versions that are replaced, and copy the new ones straight into the table.

A chunk is copied while the next one is judged: what the server still lacks of it, the next one is told.
"""

import asyncio
import hashlib
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import polars as pl
import psycopg
from uuid_utils import uuid7

from connectors.model.counting import MOST_CONTRADICTING
from connectors.model.datasets import Dataset
from connectors.store.arrays import bytes_array
from connectors.store.copying import COPY, HEAD, TAIL, Encoder, Rows
from connectors.store.identity import Known
from connectors.store.newcomers import Subjects, resolved_by
from connectors.store.shown import shown_lines
from signing.merkle import GrowingTree, leaf_hash

KEY_BYTES = 16
PART = 2_500  # records encoded at a time
CURRENT = "SELECT key_id, version, digest FROM record WHERE key_id = ANY(%s::bytea[]) AND superseded_at IS NULL"
CLOSE = "UPDATE record SET superseded_at = %s WHERE key_id = ANY(%s::bytea[]) AND superseded_at IS NULL"
# A row of this batch that is replaced already was replaced by a later one of it. The batch is gone through once: of one
# that is being written the planner expects a row or two, and would set each row against each.
CONFLICTS = """
    SELECT (array_agg(row_number ORDER BY version))[:%s] FROM record
    WHERE batch_id = %s AND EXISTS (SELECT FROM record WHERE batch_id = %s AND superseded_at IS NOT NULL)
    GROUP BY key_id HAVING bool_or(superseded_at IS NOT NULL) ORDER BY min(row_number)
"""


@dataclass
class Counts:
    """What came of the sound rows so far."""

    accepted: int = 0
    unresolved: int = 0
    corrections: int = 0
    duplicates: int = 0


@dataclass(frozen=True)
class Prepared:
    """A chunk's records with the bytes they are stored and found by.

    `formers` are, by place, the key a record had before keys were folded, and its digest, where that differs.
    """

    sound: pl.DataFrame
    keys: list[bytes]
    key_ids: list[bytes]
    canonicals: list[bytes]
    digests: list[bytes]
    formers: Mapping[int, tuple[bytes, bytes]] = field(default_factory=dict)

    def asked(self) -> list[bytes]:
        """Return the digests of all keys these records may be stored under."""
        return [*self.key_ids, *(key_id for _, key_id in self.formers.values())]

    def under(self, stored: Container[bytes]) -> "Prepared":
        """Return the records under the keys they have in the store: the old spelling wins."""
        held = {at: former for at, former in self.formers.items() if former[1] in stored}
        if not held:
            return self
        keys, key_ids, canonicals, digests = map(list, (self.keys, self.key_ids, self.canonicals, self.digests))
        for at, (key, key_id) in held.items():
            keys[at], key_ids[at] = key, key_id
            record = orjson.loads(canonicals[at]) | {"key": key.decode()}
            canonicals[at] = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
            digests[at] = leaf_hash(canonicals[at])
        return Prepared(self.sound, keys, key_ids, canonicals, digests)

    def only(self, places: list[int]) -> "Prepared":
        """Return the records at these places."""
        columns = (self.keys, self.key_ids, self.canonicals, self.digests)
        keys, key_ids, canonicals, digests = ([column[at] for at in places] for column in columns)
        return Prepared(self.sound[places], keys, key_ids, canonicals, digests)


@dataclass(frozen=True)
class Judged:
    """What is new in a chunk: its places, their versions, which of them a later row replaces, and keys to close.

    `latest` is the version and digest each key has after the chunk.
    """

    places: list[int]
    versions: list[int]
    replaced_here: set[int]
    closed: list[bytes]
    latest: dict[bytes, tuple[int, bytes]]


@dataclass(frozen=True)
class _Waiting:
    """A chunk to be copied: keys whose versions to close, records encoded, and what it makes of its keys."""

    closed: list[bytes]
    blocks: list[bytes]
    latest: dict[bytes, tuple[int, bytes]]


def prepare(dataset: Dataset, sound: pl.DataFrame) -> Prepared:
    """Digest a chunk's records and their keys. Pure."""
    sha256, prefix = hashlib.sha256, f"{dataset.dataset}|{dataset.agency}|".encode()
    keys, canonicals = sound["key"].cast(pl.Binary).to_list(), sound["canonical"].cast(pl.Binary).to_list()
    key_ids = [sha256(prefix + key).digest()[:KEY_BYTES] for key in keys]
    if sound["former"].null_count() == len(sound):  # as nearly always
        return Prepared(sound, keys, key_ids, canonicals, [leaf_hash(canonical) for canonical in canonicals])
    spelled = (
        sound.with_row_index("at").filter(pl.col("former").is_not_null()).select("at", pl.col("former").cast(pl.Binary))
    )
    formers = {at: (key, sha256(prefix + key).digest()[:KEY_BYTES]) for at, key in spelled.iter_rows()}
    return Prepared(sound, keys, key_ids, canonicals, [leaf_hash(canonical) for canonical in canonicals], formers)


class Store:
    """Takes the chunks of one submission in; nothing commits here."""

    def __init__(self, cursor: psycopg.AsyncCursor[Any], dataset: Dataset, batch_id: UUID, now: datetime) -> None:
        """Take a cursor within the submission's transaction."""
        self._cursor, self._now, self._batch_id = cursor, now, batch_id
        self._encoder = Encoder(batch_id.bytes, dataset.dataset, dataset.agency, now)
        self._waiting = _Waiting([], [], {})
        self.subjects = Subjects(cursor, dataset, batch_id, now)
        self.tree, self.counts, self.shown = GrowingTree(), Counts(), hashlib.sha256()

    async def add(self, chunk: Prepared) -> None:
        """Look up what a chunk needs, and judge it while the server stores the one before."""
        stored = await self._find_current(chunk.asked())
        chunk = chunk.under(stored)
        sole = await self.subjects.look_up(chunk.sound)
        copying = asyncio.create_task(self._copy(self._waiting))
        try:
            self._waiting = await asyncio.to_thread(self._judge, chunk, stored, sole)
        finally:
            await copying

    async def finish(self) -> tuple[int, int]:
        """Store the last chunk and the subjects; return how many unresolved records found theirs, and how many of them
        are this batch's.
        """
        await self._copy(self._waiting)
        return await self.subjects.finish()

    async def find_conflicts(self) -> list[list[int]]:
        """Return the numbers of rows of this batch that stand under one key and differ, key by key."""
        if not self.counts.corrections:
            return []
        await self._cursor.execute(CONFLICTS, [MOST_CONTRADICTING, self._batch_id, self._batch_id])
        return [row[0] for row in await self._cursor.fetchall()]

    async def _find_current(self, key_ids: list[bytes]) -> dict[bytes, tuple[int, bytes]]:
        await self._cursor.execute(CURRENT, [bytes_array(dict.fromkeys(key_ids))])
        stored = {row[0]: (row[1], row[2]) for row in await self._cursor.fetchall()}
        latest = self._waiting.latest
        stored.update((key, latest[key]) for key in key_ids if key in latest)
        return stored

    def _judge(self, chunk: Prepared, stored: dict[bytes, tuple[int, bytes]], sole: Mapping[Known, bytes]) -> _Waiting:
        """Tell what is new and whose it is, and encode it."""
        judged = judge(chunk, stored)
        places = judged.places
        self.counts.duplicates += len(chunk.key_ids) - len(places)
        if len(places) < len(chunk.sound):
            chunk = chunk.only(places)
        rows = chunk.sound
        ids = [uuid7().bytes for _ in places]
        kinds, values = resolved_by(rows)
        owners = self.subjects.owners(rows, ids, kinds, values, sole)
        self._count(judged.versions, owners)
        replaced = [at in judged.replaced_here for at in places]
        columns = Rows(
            ids, chunk.key_ids, judged.versions, rows["place"].to_list(), chunk.digests, owners,
            rows["event_date"].to_list(), rows["publish_until"].to_list(), replaced, kinds, values,
            rows["producer"].to_list(), chunk.keys, chunk.canonicals,
        )  # fmt: skip
        first = self.tree.size
        blocks = [self._encoder.encode(part, first + at) for at, part in columns.parts(PART)]
        self.tree.add(chunk.digests)
        self.shown.update(shown_lines(judged.versions, columns.event_dates, columns.publish_untils, kinds, values))
        return _Waiting(judged.closed, blocks, judged.latest)

    def _count(self, versions: list[int], owners: list[bytes | None]) -> None:
        for version, owner in zip(versions, owners, strict=True):
            if version > 1:
                self.counts.corrections += 1
            elif owner is None:
                self.counts.unresolved += 1
            else:
                self.counts.accepted += 1

    async def _copy(self, waiting: _Waiting) -> None:
        if waiting.closed:
            await self._cursor.execute(CLOSE, [self._now, bytes_array(waiting.closed)])
        if waiting.blocks:
            async with self._cursor.copy(COPY) as copy:
                for block in (HEAD, *waiting.blocks, TAIL):
                    await copy.write(block)


def judge(chunk: Prepared, stored: dict[bytes, tuple[int, bytes]]) -> Judged:
    """Tell duplicates from first versions and corrections; `stored` is each key's current version and digest. Pure."""
    judged, closed = Judged([], [], set(), [], {}), set()
    here: dict[bytes, int] = {}  # the place of each key's latest version in this chunk
    for place, (key, digest) in enumerate(zip(chunk.key_ids, chunk.digests, strict=True)):
        version, last = judged.latest.get(key) or stored.get(key) or (0, b"")
        if last == digest:
            continue
        if (before := here.get(key)) is not None:
            judged.replaced_here.add(before)
        elif version:
            closed.add(key)
        here[key], judged.latest[key] = place, (version + 1, digest)
        judged.places.append(place)
        judged.versions.append(version + 1)
    judged.closed.extend(closed)
    return judged
