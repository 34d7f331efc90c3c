"""Which subject each record of a submission belongs to, and the subjects that the submission is the first to name.

A subject takes the id of the record that first named it. The records carry that id at once; the subjects themselves are
made when the submission ends, in one statement and in the order of their codes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
import psycopg

from connectors.conversion.identifiers import Kind
from connectors.model.datasets import Dataset
from connectors.store.arrays import text_array
from connectors.store.identity import Known, find_sole, resolve_earlier
from connectors.store.shown import identifier_line, name_line, subject_line
from signing.canonical import sha256_hex

_KNOWN = "SELECT uscc, uuid_send(subject_id) FROM subject WHERE uscc = ANY(%s::text[])"
_ADD = """
    INSERT INTO subject (subject_id, uscc, created_at)
    SELECT n.id, n.uscc, %s FROM unnest(%s::uuid[], %s::text[]) AS n (id, uscc)
    ORDER BY n.uscc ON CONFLICT (uscc) DO NOTHING
"""
_MADE = "SELECT uuid_send(subject_id) FROM subject WHERE subject_id = ANY(%s::uuid[])"
# Another submission was first: its subject is taken.
_REPOINT = """
    UPDATE record r SET subject_id = k.subject_id FROM unnest(%s::uuid[], %s::text[]) AS n (id, uscc)
    JOIN subject k USING (uscc) WHERE k.subject_id <> n.id AND r.subject_id = n.id AND r.batch_id = %s
"""
_NAME = """
    UPDATE subject k SET name = n.name FROM unnest(%s::text[], %s::text[]) AS n (uscc, name)
    WHERE k.uscc = n.uscc AND k.name IS DISTINCT FROM n.name
"""
_ADD_IDENTIFIERS = """
    INSERT INTO subject_identifier (kind, value, subject_id, source, confidence, batch_id, recorded_at)
    SELECT DISTINCT n.kind, n.value, k.subject_id, %s, n.confidence, %s::uuid, %s::timestamptz
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::int[]) AS n (uscc, kind, value, confidence)
    JOIN subject k USING (uscc) WHERE n.value <> '' ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING
    RETURNING kind, value, encode(uuid_send(subject_id), 'hex'), source, confidence
"""
_CHANGE_NAMES = """
    WITH changed AS (
        UPDATE subject_identifier i
        SET former_since = CASE WHEN i.value = n.value THEN NULL ELSE %s::timestamptz END
        FROM unnest(%s::text[], %s::text[]) AS n (uscc, value) JOIN subject k USING (uscc)
        WHERE i.kind = 'name' AND i.subject_id = k.subject_id AND i.source = %s
          AND (i.former_since IS NULL) <> (i.value = n.value)
        RETURNING i.subject_id, i.value, i.former_since IS NOT NULL AS former
    )
    INSERT INTO name_change (batch_id, subject_id, value, former)
    SELECT %s::uuid, subject_id, value, former FROM changed
    RETURNING change_id, encode(uuid_send(subject_id), 'hex'), value, former
"""
# What the database knows of the tables may be older than this batch: in nested loops its rows are looked at as often as
# there are rows, minutes for a hundred thousand.
_HASHED, _AS_EVER = (f"SELECT set_config('enable_nestloop', '{nested}', true)" for nested in ("off", "on"))
NAMED, CODED = 90, 95  # how far the registering agency is trusted for a name, and for an old code


class Subjects:
    """Who is who, for the length of one submission."""

    def __init__(self, cursor: psycopg.AsyncCursor[Any], dataset: Dataset, batch_id: UUID, now: datetime) -> None:
        """Take a cursor within the submission's transaction."""
        self._cursor, self._dataset, self._batch_id, self._now = cursor, dataset, batch_id, now
        self._ids: dict[str, bytes] = {}
        self._new: dict[str, bytes] = {}
        self._names: dict[str, tuple[str, str]] = {}  # by unified code: the name as it is kept, and its hash
        self._codes: dict[tuple[str, str, str], None] = {}  # unified code, kind and value of another
        # Digests of what the submission made: subjects, identifiers, names that became former or current again.
        self.digests = dict.fromkeys(("subjects", "identifiers", "names"), sha256_hex(b""))

    async def look_up(self, rows: pl.DataFrame) -> Mapping[Known, bytes]:
        """Look up who a chunk names; return whose its identifiers other than unified codes are."""
        by_code = rows["kind"] == Kind.USCC
        if asked := [code for code in rows.filter(by_code)["value"].unique() if code not in self._ids]:
            await self._cursor.execute(_KNOWN, [text_array(asked)])
            self._ids.update(await self._cursor.fetchall())
        if by_code.all():
            return {}
        return await find_sole(self._cursor, list(zip(*resolved_by(rows.filter(~by_code)), strict=True)))

    def owners(
        self,
        rows: pl.DataFrame,
        record_ids: Sequence[bytes],
        kinds: Sequence[str],
        values: Sequence[str],
        sole: Mapping[Known, bytes],
    ) -> list[bytes | None]:
        """Return the subject's id for each record, or None where it is not known yet. Pure.

        `kinds` and `values` are what the records are found by (resolved_by), `sole` what look_up returned for them.
        """
        if self._dataset.registers:
            self._learn(rows.filter((pl.col("kind") == Kind.USCC) & (pl.col("name") != "")))
        owners: list[bytes | None] = []
        known, new = self._ids, self._new
        for kind, value, record_id in zip(kinds, values, record_ids, strict=True):
            if kind != Kind.USCC:
                owners.append(sole.get((kind, value)))
                continue
            owner = known.get(value)
            if owner is None:
                owner = known[value] = new[value] = record_id
            owners.append(owner)
        return owners

    def _learn(self, registered: pl.DataFrame) -> None:
        for code, name, hashed in registered.select("value", "name", "name_hash").iter_rows():
            self._names[code] = name, hashed
        for code, others in registered.filter(pl.col("also").is_not_null()).select("value", "also").iter_rows():
            self._codes.update(dict.fromkeys((code, *other.split(" ", 1)) for other in others))

    async def finish(self) -> tuple[int, int]:
        """Make the subjects; return how many unresolved records found theirs, and how many of them are this batch's."""
        made = self._new
        ids, codes = [subject_id.hex() for subject_id in self._new.values()], list(self._new)
        if codes:
            new = [text_array(ids), text_array(codes)]
            await self._cursor.execute(_ADD, [self._now, *new])
            if self._cursor.rowcount != len(codes):
                await self._cursor.execute(_REPOINT, [*new, self._batch_id])
                await self._cursor.execute(_MADE, [new[0]])
                ours = {subject for (subject,) in await self._cursor.fetchall()}
                made = {code: subject for code, subject in made.items() if subject in ours}
            self._note("subjects", (subject_line(subject.hex(), code) for code, subject in made.items()))
        learned = [(code, Kind.ORGANISATION.value, code[8:17], 100) for code in codes]
        if self._names:
            learned += await self._register()
        known = [(kind, value) for _, kind, value, _ in learned]
        return await resolve_earlier(self._cursor, known, self._batch_id)

    async def _register(self) -> list[tuple[str, str, str, int]]:
        """Note how the registering agency names subjects, and the old codes it gives."""
        names = {code: hashed for code, (_, hashed) in self._names.items()}
        learned = [(code, "name", hashed, NAMED) for code, hashed in names.items()]
        learned += [(*known, CODED) for known in self._codes]
        codes, source = text_array(names), [self._dataset.agency, self._batch_id, self._now]
        await self._cursor.execute(_NAME, [codes, text_array(name for name, _ in self._names.values())])
        columns = [text_array(map(str, column)) for column in zip(*learned, strict=True)]
        await self._cursor.execute(_ADD_IDENTIFIERS, [*source, *columns])
        self._note("identifiers", (identifier_line(*row) for row in sorted(await self._cursor.fetchall())))
        changed = [self._now, codes, text_array(names.values()), self._dataset.agency, self._batch_id]
        await self._cursor.execute(_HASHED)
        await self._cursor.execute(_CHANGE_NAMES, changed)
        rows = sorted(await self._cursor.fetchall())
        await self._cursor.execute(_AS_EVER)
        self._note("names", (name_line(*row, former=former) for *row, former in rows))
        return learned

    def _note(self, what: str, lines: Iterable[str]) -> None:
        self.digests[what] = sha256_hex("".join(lines).encode())


def resolved_by(rows: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Return what each record's subject is found by: its strongest identifier, else the hash of its name."""
    by_organisation = pl.col("kind").is_in([Kind.TAX, Kind.ORGANISATION])
    coded = pl.col("value") != ""
    found = rows.select(
        pl.when(by_organisation).then(pl.lit(Kind.ORGANISATION)).when(coded).then("kind").otherwise(pl.lit("name")),
        pl.when(by_organisation).then("organisation").when(coded).then("value").otherwise("name_hash").alias("by"),
    )
    return found.to_series(0).to_list(), found.to_series(1).to_list()
