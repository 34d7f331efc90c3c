"""Results written to where they are read by key: a row only where something came out differently than what stands.

1. Whoever writes holds the lock of scores, reads what stands, compares, and writes what differs.
2. What knows of more is never overwritten by what knows of less (`known_at`): a subject scored again while a scan runs
   stays as it is.
3. What stood before is closed on the day the new row begins, so that any day can be read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from struct import Struct
from typing import Any
from uuid import UUID

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.store.arrays import text_array
from connectors.store.copying import HEAD, TAIL
from gateway.runtime.database import raw
from scoring_adapter.scan.results import NOT_SCORED, Results

FAR = 50  # points: who moves so far, or into another band, is among the movers
SCORED, INSUFFICIENT = "scored", "insufficient-evidence"
_FRESH = text("""
    CREATE TEMPORARY TABLE fresh_score (subject bigint, status text, score smallint, band text, parts bytea,
        reasons bytea, digest bigint, section smallint, size smallint, before_score smallint, before_band text,
        moved jsonb) ON COMMIT DROP
""")
_COPY = "COPY fresh_score FROM STDIN (FORMAT BINARY)"
_STANDING = """
    SELECT subject, holds_from, holds_from = %(day)s AND known_at > %(known_at)s AS newer, digest,
           CASE WHEN holds_from < %(day)s THEN score ELSE before_score END AS score,
           CASE WHEN holds_from < %(day)s THEN band ELSE before_band END AS band
    FROM subject_score
    WHERE subject = ANY(CAST(%(subjects)s AS bigint[])) AND (holds_to IS NULL OR holds_to > %(day)s)
      AND holds_from <= %(day)s
    ORDER BY subject
"""
_CURRENT = text("""
    SELECT subject FROM subject_score WHERE subject BETWEEN :low AND :high AND holds_to IS NULL ORDER BY subject
""")
# A table that was looked at while it was empty would be read whole for every row.
_BY_INDEX = text("SELECT set_config('enable_seqscan', 'off', true)")
_CLOSE = text("""
    UPDATE subject_score s SET holds_to = :day FROM fresh_score f
    WHERE s.subject = f.subject AND s.holds_from < :day AND (s.holds_to IS NULL OR s.holds_to > :day)
""")
_MERGE = text("""
    INSERT INTO subject_score (subject, holds_from, holds_to, known_at, run_id, basis_id, status, score, band, parts,
        reasons, digest, section, size, before_score, before_band, moved)
    SELECT f.subject, :day, (SELECT min(n.holds_from) FROM subject_score n
                             WHERE n.subject = f.subject AND n.holds_from > :day),
           :known_at, :run, :basis, status, score, band, parts, reasons, digest, section, size,
           before_score, before_band, moved
    FROM fresh_score f
    ON CONFLICT (subject, holds_from) DO UPDATE SET known_at = excluded.known_at,
        written_at = clock_timestamp(), run_id = excluded.run_id,
        basis_id = excluded.basis_id, status = excluded.status, score = excluded.score, band = excluded.band,
        parts = excluded.parts, reasons = excluded.reasons, digest = excluded.digest, section = excluded.section,
        size = excluded.size, moved = excluded.moved
""")
_PARTS = text("""
    SELECT s.subject, s.parts, s.basis_id FROM unnest(CAST(:subjects AS bigint[])) AS w (subject)
    JOIN LATERAL (SELECT subject, parts, basis_id FROM subject_score o WHERE o.subject = w.subject
                  AND o.holds_from < :day ORDER BY o.holds_from DESC LIMIT 1) s ON true
""")
_SHORT, _LONG, _SIZE = Struct(">ih"), Struct(">iq"), Struct(">i")
_NULL, _COLUMNS = _SIZE.pack(-1), Struct(">h").pack(12)
_PIECE_OF_COPY = 4096


@dataclass(frozen=True)
class Ground:
    """What results are written with: the day they are of, from when on nothing is known, the run, the basis, bands."""

    day: date
    known_at: datetime
    run_id: UUID | None
    basis_id: int
    bands: Sequence[str]


@dataclass(frozen=True)
class Differing:
    """Which results differ from what stands, and of each the score and band of the day before (None: none)."""

    places: NDArray[np.int64]
    before: Sequence[tuple[int | None, str | None]]

    def movers(self, results: Results, bands: Sequence[str]) -> list[int]:
        """Return which of them moved far, by their number among those that differ."""
        found = []
        for number, (place, (score, band)) in enumerate(zip(self.places.tolist(), self.before, strict=True)):
            now = int(results.scores[place])
            if score is not None and now != NOT_SCORED:
                far = abs(now - score) >= FAR or bands[results.bands[place]] != band
                found += [number] if far else []
        return found


@dataclass(frozen=True)
class Before:
    """What stood for a subject the day before: its packed parts, and what they rest on."""

    parts: bytes
    basis_id: int


async def find_differing(session: AsyncSession, results: Results, ground: Ground) -> Differing:
    """Compare results with what stands; what is known to be newer does not differ. The lock of scores is held."""
    if not len(results.subjects):
        return Differing(np.empty(0, np.int64), [])
    subjects = text_array(map(str, results.subjects.tolist()))
    values = {"subjects": subjects, "day": ground.day, "known_at": ground.known_at}
    async with (await raw(session)).cursor(binary=True) as cursor:
        rows: list[tuple[Any, ...]] = await (await cursor.execute(_STANDING, values)).fetchall()
    standing = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    same = np.fromiter((row[3] for row in rows), np.int64, len(rows))
    newer = np.fromiter((row[2] for row in rows), np.bool_, len(rows))
    at = np.searchsorted(standing, results.subjects)
    at[at == len(rows)] = 0
    known = standing[at] == results.subjects if len(rows) else np.zeros(len(at), np.bool_)
    differs = ~known
    if len(rows):
        differs |= (same[at] != results.digests) & ~newer[at]
    places = np.flatnonzero(differs)
    before = [
        (rows[where][4], rows[where][5]) if there else (None, None)
        for where, there in zip(at[places].tolist(), known[places].tolist(), strict=True)
    ]
    return Differing(places, before)


async def standing_subjects(session: AsyncSession, low: int, high: int) -> NDArray[np.int64]:
    """Return who has a row that is current, from one number to another, rising."""
    found = (await session.execute(_CURRENT, {"low": low, "high": high})).scalars().all()
    return np.array(found, np.int64)


async def parts_before(session: AsyncSession, subjects: Sequence[int], day: date) -> dict[int, Before]:
    """Return what stood the day before for these subjects."""
    rows = await session.execute(_PARTS, {"subjects": list(subjects), "day": day}) if subjects else ()
    return {row.subject: Before(row.parts, row.basis_id) for row in rows}


async def write_differing(
    session: AsyncSession, results: Results, differing: Differing, moved: dict[int, list[Any]], ground: Ground
) -> None:
    """Write what differs; `moved` are the tags that moved a subject, by the subject. The lock of scores is held."""
    if not len(differing.places):
        return
    await session.execute(_FRESH)
    async with (await raw(session)).cursor() as cursor, cursor.copy(_COPY) as copy:
        for content in _encoded(results, differing, moved, ground.bands):
            await copy.write(content)
    values = {"day": ground.day, "known_at": ground.known_at, "run": ground.run_id, "basis": ground.basis_id}
    await session.execute(_BY_INDEX)
    await session.execute(_CLOSE, {"day": ground.day})
    await session.execute(_MERGE, values)
    await session.execute(text("DROP TABLE fresh_score"))


def _encoded(
    results: Results, differing: Differing, moved: dict[int, list[Any]], bands: Sequence[str]
) -> Iterator[bytes]:
    yield HEAD
    rows: list[bytes] = []
    names = [_text(band) for band in bands]
    scored, insufficient = _text(SCORED), _text(INSUFFICIENT) + _NULL + _NULL
    befores: dict[tuple[int | None, str | None], bytes] = {}
    for place, before in zip(differing.places.tolist(), differing.before, strict=True):
        subject, score, parts = int(results.subjects[place]), int(results.scores[place]), results.packed[place]
        outcome = insufficient
        if score != NOT_SCORED:
            outcome = scored + _SHORT.pack(2, score) + names[results.bands[place]]
        earlier = befores.get(before)
        if earlier is None:
            earlier = befores[before] = _short(before[0]) + (_NULL if before[1] is None else _text(before[1]))
        tags = moved.get(subject)
        told = _NULL if tags is None else _sized(b"\x01" + orjson.dumps(tags))
        rows.append(
            _COLUMNS + _LONG.pack(8, subject) + outcome + _sized(parts) + _sized(results.reasons[place])
            + _LONG.pack(8, int(results.digests[place]))
            + _SHORT.pack(2, int(results.sections[place])) + _SHORT.pack(2, int(results.sizes[place]))
            + earlier + told
        )  # fmt: skip
        if len(rows) == _PIECE_OF_COPY:
            yield b"".join(rows)
            rows.clear()
    yield b"".join(rows)
    yield TAIL


def _sized(content: bytes) -> bytes:
    return _SIZE.pack(len(content)) + content


def _text(value: str) -> bytes:
    return _sized(value.encode())


def _short(value: int | None) -> bytes:
    return _NULL if value is None else _SHORT.pack(2, value)
