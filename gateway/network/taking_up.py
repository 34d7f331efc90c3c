"""The worker's step that keeps the edges up with the records: of whom something has come, all edges are read anew.

1. One process at a time does this (Lock.NETWORK). Who waits is read first: what comes meanwhile marks anew.
2. All versions of those enterprises' records are read and opened; a party is known by a code, or by a keyed hash. Whose
   salts are used cannot be erased meanwhile: what was opened would be written after its erasure.
3. In one transaction what changed of their edges is written, also of those of a record that was another enterprise's
   before, and who named one of them before it was known here is marked: by now its number can be told.
4. An edge that is found no more is kept for those who look again as of an earlier reading (lens.py), until the
   contents of its record go.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import text

from connectors.catalogue.load import datasets
from connectors.personal.erasure import hold_open
from connectors.personal.protect import Opening, opened
from connectors.personal.sealing import Protector, SubjectKeys, is_sealed
from connectors.records.versions import HeldVersion, load_versions
from connectors.store.identity import find_sole
from connectors.store.numbers import find_numbers
from gateway.network.due import first_due, forget, mark_named_before
from gateway.network.naming import Party, enterprises
from gateway.network.statements import Edge, Said, edges_of
from gateway.runtime.actor import PROGRAM
from gateway.runtime.database import raw
from gateway.runtime.locks import Lock, try_take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from scoring_adapter.network.declared import RELATIONS

AT_ONCE = 500
_HELD = text("""
    SELECT edge_id, said_by, record_id, dataset, kind, source, target, share, position, starts, ends, ref
    FROM network_edge
    WHERE dropped IS NULL AND (said_by = ANY(CAST(:subjects AS bigint[])) OR record_id = ANY(CAST(:records AS uuid[])))
""")
_READING = text("INSERT INTO network_reading DEFAULT VALUES RETURNING number")
_DROP = text("UPDATE network_edge SET dropped = :reading WHERE edge_id = ANY(CAST(:edges AS bigint[]))")
_NAME = text("""
    WITH asked AS (SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:values AS text[])) AS a (known_by, value)),
    made AS (
        INSERT INTO network_party (known_by, value) SELECT known_by, value FROM asked ORDER BY 1, 2
        ON CONFLICT DO NOTHING RETURNING number, known_by, value)
    SELECT number, known_by, value FROM made
    UNION ALL SELECT p.number, p.known_by, p.value FROM asked JOIN network_party p USING (known_by, value)
""")
_ADD = text("""
    INSERT INTO network_edge (said_by, record_id, dataset, kind, source, target, share, position, starts, ends, ref,
                              taken)
    VALUES (:said_by, :record_id, :dataset, :kind, :source, :target, :share, :position, :starts, :ends, :ref, :taken)
""")


class Row(NamedTuple):
    """An edge as the table has it."""

    said_by: int
    record_id: UUID
    dataset: str
    kind: str
    source: int
    target: int
    share: int | None
    position: str | None
    starts: date
    ends: date | None
    ref: str | None


async def take_up(units: UnitsOfWork, protector: Protector) -> bool:
    """Read the edges of those anew who have waited longest, and tell whether there may be more."""
    async with units.begin("network.take_up", PROGRAM) as work:
        if not await try_take(work.session, Lock.NETWORK):
            return False
        due = await first_due(work.session, AT_ONCE)
        if due:
            versions, said = await _read(work, protector, list(due))
            edges = list(edges_of(protector, said))
            await _replace(work, list(due), [one.record for one in versions], edges)
            await mark_named_before(work.session, list(due))
            await forget(work.session, due)
        return len(due) == AT_ONCE


async def _read(
    work: UnitOfWork, protector: Protector, subjects: Sequence[int]
) -> tuple[list[HeldVersion], list[Said]]:
    """Return the versions of these enterprises' records, and what they say as far as it can be opened.

    Addresses that are personal data, of individually owned businesses, are not opened.
    """
    versions, acts = await load_versions(work.session, subjects, list(RELATIONS))
    keys, declared = SubjectKeys(protector), datasets()
    refs = [protector.ref_of(one.kind, one.value) for one in versions]
    await hold_open(work.session, sorted(set(refs)))
    await keys.load(await raw(work.session), refs)
    said = []
    for one, ref in zip(versions, refs, strict=True):
        record = orjson.loads(one.canonical)
        sealed = any(map(is_sealed, record["fields"].values()))
        if sealed and not RELATIONS[one.dataset].places:
            record = opened(keys, declared[one.dataset], ref, record, Opening.ALL)
        said.append(Said(one, record["fields"], acts.get(one.record, []), ref if sealed else None))
    return versions, said


async def _replace(work: UnitOfWork, subjects: Sequence[int], records: Sequence[UUID], edges: Sequence[Edge]) -> None:
    """Write which edges came, and which are found no more; what stayed the same is not touched."""
    numbers = await _numbers(work, dict.fromkeys(one.other for one in edges))
    come = Counter(row for one in edges if (row := _row(one, numbers[one.other])).source != row.target)
    gone = []
    for edge_id, *held in await work.session.execute(_HELD, {"subjects": subjects, "records": records}):
        row = Row(*held)
        if come[row]:
            come[row] -= 1
        else:
            gone.append(edge_id)
    added = list(come.elements())
    reading = (await work.session.execute(_READING)).scalar_one() if gone or added else None
    await work.session.execute(_DROP, {"reading": reading, "edges": gone})
    if added:
        await work.session.execute(_ADD, [{**one._asdict(), "taken": reading} for one in added])


def _row(one: Edge, other: int) -> Row:
    """Return an edge as the table has it; who is said to hold itself holds nothing by it."""
    source, target = (one.said_by, other) if one.outward else (other, one.said_by)
    return Row(
        one.said_by, one.record, one.dataset, one.kind, source, target, one.share, one.position, one.starts, one.ends,
        one.ref,
    )  # fmt: skip


async def _numbers(work: UnitOfWork, parties: Iterable[Party]) -> dict[Party, int]:
    """Return what number each party has: the one subject known by it, or a row of its own, with a minus before it."""
    asked = list(parties)
    if not asked:
        return {}
    async with (await raw(work.session)).cursor() as cursor:
        sole = await find_sole(cursor, [(one.known_by, one.value) for one in enterprises(asked)])
    known = {Party(*identifier): UUID(bytes=bytes(subject)) for identifier, subject in sole.items()}
    subjects = await find_numbers(work.session, set(known.values()))
    numbers = {party: subjects[subject_id] for party, subject_id in known.items()}
    others = [party for party in asked if party not in numbers]
    values = {"kinds": [one.known_by for one in others], "values": [one.value for one in others]}
    rows = await work.session.execute(_NAME, values)
    return numbers | {Party(known_by, value): -number for number, known_by, value in rows}
