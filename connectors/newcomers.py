"""Whose each record of a delivery is, and the subjects that the delivery is the first to name.

A subject takes the id of the record that first named it. The records carry that id at once; the subjects themselves are
made when the delivery ends, in one statement and in the order of their codes.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
import psycopg

from connectors.datasets import Dataset
from connectors.identifiers import Kind
from connectors.subjects import name_key

_KNOWN = "SELECT uscc, uuid_send(subject_id) FROM subject WHERE uscc = ANY(%s)"
# Two subjects under one identifier resolve nothing: a person decides.
_SOLE = """
    SELECT kind, value, (array_agg(subject_id))[1] FROM (
        SELECT g.kind, g.value, i.subject_id FROM unnest(%s::text[], %s::text[]) AS g (kind, value)
        JOIN subject_identifier i USING (kind, value)
        UNION SELECT g.kind, g.value, k.subject_id FROM unnest(%s::text[], %s::text[]) AS g (kind, value)
        JOIN subject k ON g.kind = 'organisation_code' AND substr(k.uscc, 9, 9) = g.value
    ) found GROUP BY kind, value HAVING count(*) = 1
"""
_ADD = """
    INSERT INTO subject (subject_id, uscc, name, created_at)
    SELECT n.id, n.uscc, n.name, %s FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS n (id, uscc, name)
    ORDER BY n.uscc ON CONFLICT (uscc) DO NOTHING
"""
# Another delivery was first: its subject is taken.
_REPOINT = """
    UPDATE record r SET subject_id = k.subject_id FROM unnest(%s::uuid[], %s::text[]) AS n (id, uscc)
    JOIN subject k USING (uscc) WHERE k.subject_id <> n.id AND r.subject_id = n.id AND r.batch_id = %s
"""
_NAME = """
    UPDATE subject k SET name = n.name FROM unnest(%s::text[], %s::text[]) AS n (uscc, name)
    WHERE k.uscc = n.uscc AND k.name IS DISTINCT FROM n.name
"""
_ADD_NAMES = """
    INSERT INTO subject_identifier (kind, value, subject_id, source, confidence, batch_id, recorded_at)
    SELECT 'name', n.key, k.subject_id, %s, 90, %s, %s FROM unnest(%s::text[], %s::text[]) AS n (uscc, key)
    JOIN subject k USING (uscc) WHERE n.key <> '' ORDER BY n.key, k.subject_id ON CONFLICT DO NOTHING
"""
_RESOLVE_EARLIER = """
    UPDATE record r SET subject_id = i.sole, status = 'resolved' FROM (
        SELECT kind, value, (array_agg(subject_id))[1] AS sole FROM (
            SELECT i.kind, i.value, i.subject_id FROM subject_identifier i
            WHERE i.kind = 'name' AND i.value = ANY(%s::text[])
            UNION SELECT 'organisation_code', substr(k.uscc, 9, 9), k.subject_id FROM subject k
            WHERE substr(k.uscc, 9, 9) = ANY(%s::text[])
        ) found GROUP BY kind, value HAVING count(*) = 1
    ) i WHERE r.subject_id IS NULL AND r.identifier_type = i.kind AND r.identifier_value = i.value
    RETURNING r.batch_id = %s
"""


class Subjects:
    """Who is who, for the length of one delivery."""

    def __init__(self, cursor: psycopg.AsyncCursor[Any], dataset: Dataset, batch_id: UUID, now: datetime) -> None:
        """Take a cursor within the delivery's transaction."""
        self._cursor, self._dataset, self._batch_id, self._now = cursor, dataset, batch_id, now
        self._ids: dict[str, bytes] = {}
        self._new: dict[str, bytes] = {}
        self._names: dict[str, str] = {}

    async def find(self, rows: pl.DataFrame, record_ids: list[bytes]) -> list[bytes | None]:
        """Return whose each record is: an id, or None where it is not known yet."""
        codes = rows["value"].to_list()
        kinds = rows["kind"].to_list()
        await self._look_up({code for kind, code in zip(kinds, codes, strict=True) if kind == Kind.USCC})
        sole = await self._find_sole(rows.filter(pl.col("kind") != Kind.USCC))
        if self._dataset.registers:
            registered = rows.filter(pl.col("kind") == Kind.USCC)
            self._names.update(zip(registered["value"], registered["name"], strict=True))
        owners: list[bytes | None] = []
        others = iter(zip(*resolved_by(rows.filter(pl.col("kind") != Kind.USCC)), strict=True))
        for kind, code, record_id in zip(kinds, codes, record_ids, strict=True):
            if kind != Kind.USCC:
                owners.append(sole.get(next(others)))
                continue
            owner = self._ids.get(code)
            if owner is None:
                owner = self._ids[code] = self._new[code] = record_id
            owners.append(owner)
        return owners

    async def _look_up(self, codes: set[str]) -> None:
        if asked := [code for code in codes if code not in self._ids]:
            await self._cursor.execute(_KNOWN, [asked])
            self._ids.update((code, subject_id) for code, subject_id in await self._cursor.fetchall())

    async def _find_sole(self, rows: pl.DataFrame) -> Mapping[tuple[str, str], bytes]:
        if rows.is_empty():
            return {}
        asked = list(dict.fromkeys(zip(*resolved_by(rows), strict=True)))
        kinds, values = [kind for kind, _ in asked], [value for _, value in asked]
        await self._cursor.execute(_SOLE, [kinds, values, kinds, values])
        return {(kind, value): subject_id.bytes async for kind, value, subject_id in self._cursor}

    async def finish(self) -> tuple[int, int]:
        """Make the subjects; return how many unresolved records found theirs, and how many of them are this batch's."""
        cursor, names = self._cursor, self._names
        ids, codes = [subject_id.hex() for subject_id in self._new.values()], list(self._new)
        if codes:
            await cursor.execute(_ADD, [self._now, ids, codes, [names.get(code) for code in codes]])
            if cursor.rowcount != len(codes):
                await cursor.execute(_REPOINT, [ids, codes, self._batch_id])
        keys: list[str] = []
        if names:
            keys = [name_key(name) for name in names.values()]
            await cursor.execute(_NAME, [list(names), list(names.values())])
            await cursor.execute(_ADD_NAMES, [self._dataset.agency, self._batch_id, self._now, list(names), keys])
        await cursor.execute(_RESOLVE_EARLIER, [keys, [code[8:17] for code in codes], self._batch_id])
        ours = [own async for (own,) in cursor]
        return len(ours), sum(ours)


def resolved_by(rows: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Return what each record's subject is found by: its strongest identifier, else its name."""
    by_organisation = pl.col("kind").is_in([Kind.TAX, Kind.ORGANISATION])
    coded = pl.col("value") != ""
    found = rows.select(
        pl.when(by_organisation).then(pl.lit(Kind.ORGANISATION)).when(coded).then("kind").otherwise(pl.lit("name")),
        pl.when(by_organisation).then("organisation").when(coded).then("value").alias("by"),
    )
    kinds, values = found.to_series(0).to_list(), found.to_series(1)
    if values.null_count():
        named = pl.Series([name_key(name) for name in rows.filter(values.is_null())["name"]], dtype=pl.String)
        values = values.scatter(values.is_null().arg_true(), named)
    return kinds, values.to_list()
