"""What is compared: records that are nobody's, by what they would be found by, and the names of the register."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.personal.sealing import Protector, SubjectKeys, is_sealed, is_under, refs_in

_UNRESOLVED = text("""
    SELECT DISTINCT ON (agency, identifier_type, identifier_value) agency, identifier_type, identifier_value, canonical
    FROM record WHERE subject_id IS NULL AND superseded_at IS NULL AND canonical IS NOT NULL
    ORDER BY agency, identifier_type, identifier_value, record_id DESC
""")
_REGISTER = text("SELECT subject_id, uscc, name FROM subject WHERE uscc IS NOT NULL AND name IS NOT NULL")
# Of each identifier and agency: how many records there are, of which datasets, and the newest of them.
_SAMPLES = text("""
    SELECT a.agency, a.kind, a.value, count(r.*) AS records,
           array_agg(DISTINCT r.dataset ORDER BY r.dataset) AS datasets, max(r.event_date) AS newest,
           (array_agg(r.canonical ORDER BY r.record_id DESC) FILTER (WHERE r.canonical IS NOT NULL))[1] AS canonical
    FROM unnest(CAST(:agencies AS text[]), CAST(:kinds AS text[]), CAST(:values AS text[])) AS a (agency, kind, value)
    JOIN record r ON r.agency = a.agency AND r.identifier_type = a.kind AND r.identifier_value = a.value
    WHERE r.superseded_at IS NULL AND (r.subject_id IS NULL OR r.subject_id = ANY(CAST(:subjects AS uuid[])))
    GROUP BY 1, 2, 3
""")
_OTHERS = text("""
    SELECT EXISTS (SELECT FROM record WHERE subject_id IS NULL AND identifier_type = :kind AND identifier_value = :value
                   AND superseded_at IS NULL AND agency <> :agency)
""")


class Waiting(NamedTuple):
    """What an agency's records would be found by; the name they have, None where it was erased or is not to be read."""

    agency: str
    kind: str
    value: str
    name: str | None
    personal: bool  # the name is kept sealed: it may be a person's

    @property
    def district(self) -> str:
        """The district an old registration number begins with (GS15-2006)."""
        return self.value[:6] if self.kind == "registration_number" else ""


class Registered(NamedTuple):
    """An enterprise that the register knows by an open name."""

    subject_id: UUID
    uscc: str
    name: str


class Sample(NamedTuple):
    """An agency's records under one identifier: how many, of which datasets, the newest day, the name they have."""

    records: int
    datasets: list[str]
    newest: object
    name: str | None
    personal: bool


async def load_waiting(
    session: AsyncSession, connection: psycopg.AsyncConnection, protector: Protector
) -> list[Waiting]:
    """Return what all records that are nobody's would be found by, with their names opened."""
    rows = [(*row[:3], orjson.loads(row.canonical)["name"]) for row in await session.execute(_UNRESOLVED)]
    names = await _open(connection, protector, [(kind, value, name) for _, kind, value, name in rows])
    return [
        Waiting(agency, kind, value, name, is_sealed(kept))
        for (agency, kind, value, kept), name in zip(rows, names, strict=True)
    ]


async def load_register(session: AsyncSession) -> list[Registered]:
    """Return the enterprises of the register; those whose name is a person's are left out."""
    rows = await session.execute(_REGISTER)
    return [Registered(*row) for row in rows if not is_sealed(row.name)]


async def load_samples(
    session: AsyncSession, connection: psycopg.AsyncConnection, protector: Protector,
    asked: Iterable[tuple[str, str, str]], subjects: Sequence[UUID],
) -> Mapping[tuple[str, str, str], Sample]:  # fmt: skip
    """Return what there is under each agency, kind and value asked for: nobody's, or by now of one of `subjects`."""
    wanted = list(dict.fromkeys(asked))
    agencies, kinds, values = ([one[at] for one in wanted] for at in range(3))
    parameters = {"agencies": agencies, "kinds": kinds, "values": values, "subjects": list(subjects)}
    rows = (await session.execute(_SAMPLES, parameters)).all()
    kept = [orjson.loads(row.canonical)["name"] if row.canonical else None for row in rows]
    names = await _open(
        connection, protector, [(row.kind, row.value, name) for row, name in zip(rows, kept, strict=True)]
    )
    return {
        (row.agency, row.kind, row.value): Sample(row.records, row.datasets, row.newest, name, is_sealed(sealed))
        for row, sealed, name in zip(rows, kept, names, strict=True)
    }


async def others_wait(session: AsyncSession, agency: str, kind: str, value: str) -> bool:
    """Tell whether another agency has records by this identifier that are nobody's."""
    return bool((await session.execute(_OTHERS, {"agency": agency, "kind": kind, "value": value})).scalar_one())


async def _open(
    connection: psycopg.AsyncConnection, protector: Protector, rows: Sequence[tuple[str, str, Any]]
) -> list[str | None]:
    """Open the names of records of these identifiers; None where one was erased, or is sealed for somebody else."""
    keys = SubjectKeys(protector)
    await keys.load(connection, refs_in(name for _, _, name in rows))
    return [
        name if not is_sealed(name)
        else keys.open_many("name", [name])[0] if is_under(protector.ref_of(kind, value), name) else None
        for kind, value, name in rows
    ]  # fmt: skip
