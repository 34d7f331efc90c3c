"""Records with their acts in the database: found, locked, added to. life.py decides what is possible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.conversion.keys import Keys
from connectors.model.datasets import Dataset
from connectors.records.life import ActError, ActKind, Ending, PastAct, Role, State, Version, decide_act
from connectors.records.objection_rules import Term
from connectors.records.tables import RecordAct

# What is read of a record, and of an act.
RECORD = """
    record_id, dataset, agency, producer, business_key, version, subject_id, identifier_type, identifier_value,
    event_date, publish_until, status, recorded_at, superseded_at, batch_id, canonical,
    (SELECT min(k.recorded_at) FROM subject_known k
     WHERE (k.kind, k.value, k.subject_id) = (record.identifier_type, record.identifier_value, record.subject_id)
    ) AS known_since
"""
# How a record is found by its key; the only place that names the columns.
_KEY = "dataset = :dataset AND agency = :agency AND business_key = :key"
# Current versions are found by the digest of their key (connectors/store/store.py).
_BY_DIGEST = """
    key_id = substr(sha256(convert_to(:dataset || '|' || :agency || '|' || :key, 'UTF8')), 1, 16)
    AND superseded_at IS NULL
"""
_FIND = text(f"SELECT {RECORD} FROM record WHERE record_id = :record")  # noqa: S608 - our own words
_LOCK = text(f"SELECT record_id FROM record WHERE {_BY_DIGEST} FOR NO KEY UPDATE")  # noqa: S608
_CURRENT = text(f"SELECT {RECORD} FROM record WHERE {_BY_DIGEST}")  # noqa: S608
_VERSIONS = text(f"""
    SELECT {RECORD} FROM record WHERE {_BY_DIGEST}
    UNION ALL SELECT {RECORD} FROM record WHERE {_KEY} AND superseded_at IS NOT NULL ORDER BY version
""")  # noqa: S608
ACT = """
    act_id, dataset, agency, business_key, record_id, version, number, kind, state, hides, lasting, effective_on,
    reason, document, actor, recorded_at, event_id, term,
    (SELECT o.subject_id FROM record o WHERE o.record_id = record_act.record_id) AS subject_id
"""
_ACTS = text(f"SELECT {ACT} FROM record_act WHERE {_KEY} ORDER BY number")  # noqa: S608
_ACTS_UPON = text(f"SELECT {ACT} FROM record_act WHERE record_id = ANY(:records) ORDER BY number")  # noqa: S608
_OF_SUBJECT = text(f"""
    SELECT {RECORD} FROM record WHERE subject_id = :subject AND superseded_at IS NULL
    UNION ALL SELECT {RECORD} FROM record WHERE subject_id = :subject AND superseded_at IS NOT NULL
    ORDER BY dataset, business_key, version
""")  # noqa: S608


@dataclass(frozen=True)
class Key:
    """What stays the same through all versions of a record."""

    dataset: str
    agency: str
    key: str


@dataclass(frozen=True)
class ActRequest:
    """An act that was asked for: the day it takes effect, the reason, and the document behind it."""

    kind: ActKind
    effective_on: date
    reason: str
    document: str | None = None
    hide: bool = False
    act_batch: UUID | None = None
    term: Term | None = None  # of an objection


@dataclass(frozen=True)
class History:
    """Every version of a record in order, and every act upon it."""

    key: Key
    versions: Sequence[RowMapping]
    acts: Sequence[RowMapping]

    def acts_upon(self, version: RowMapping) -> list[PastAct]:
        """Return the acts that concern a version, as connectors/records/life.py takes them."""
        return acts_concerning(self.acts, version)

    def of(self, subject_id: UUID) -> "History":
        """Return what of it is about a subject: its versions, and the acts upon them."""
        held = [row for row in self.versions if row["subject_id"] == subject_id]
        ids = {row["record_id"] for row in held}
        return History(self.key, held, [act for act in self.acts if act["record_id"] in ids])


async def find_record(session: AsyncSession, record_id: UUID) -> RowMapping | None:
    """Return one version of a record."""
    return (await session.execute(_FIND, {"record": record_id})).mappings().one_or_none()


async def find_key(session: AsyncSession, dataset: Dataset, keys: Keys) -> Key:
    """Return the key a record is stored under: the one it had before keys were folded, where it is held by that."""
    former = Key(dataset.dataset, dataset.agency, keys.former or "")
    if keys.former and (await session.execute(_CURRENT, vars(former))).one_or_none() is not None:
        return former
    return Key(dataset.dataset, dataset.agency, keys.key)


async def find_current(session: AsyncSession, key: Key) -> RowMapping | None:
    """Return the current version under a key, locked against other acts and batches until the transaction ends.

    Who waited for a batch that replaced the version finds it replaced, and no other: the new one is looked for again.
    """
    values = vars(key)
    while (await session.execute(_LOCK, values)).one_or_none() is None:
        if (await session.execute(_CURRENT, values)).one_or_none() is None:
            return None
    return (await session.execute(_CURRENT, values)).mappings().one()


async def lock_record(session: AsyncSession, record: RowMapping) -> RowMapping:
    """Return a record as it stands, locked as find_current does. Raises ActError where another version replaced it."""
    current = await find_current(session, key_of(record))
    if current is None or current["record_id"] != record["record_id"]:
        raise ActError("act-not-possible", "该版本已被更正取代 this version was replaced: act upon the current one")
    return current


async def load_history(session: AsyncSession, key: Key) -> History:
    """Return all versions and acts under a key."""
    versions = (await session.execute(_VERSIONS, vars(key))).mappings().all()
    return History(key, versions, (await session.execute(_ACTS, vars(key))).mappings().all())


async def find_histories(session: AsyncSession, subject_id: UUID) -> list[History]:
    """Return the histories of all that was ever held of a subject."""
    rows = (await session.execute(_OF_SUBJECT, {"subject": subject_id})).mappings().all()
    versions: dict[Key, list[RowMapping]] = {}
    for row in rows:
        versions.setdefault(key_of(row), []).append(row)
    found = (await session.execute(_ACTS_UPON, {"records": [row["record_id"] for row in rows]})).mappings().all()
    acts: dict[Key, list[RowMapping]] = {}
    for act in found:
        acts.setdefault(key_of(act), []).append(act)
    return [History(key, held, acts.get(key, [])) for key, held in versions.items()]


async def decide(
    session: AsyncSession, current: RowMapping, request: ActRequest, role: Role, now: datetime
) -> tuple[Ending, int]:
    """Return how the act would end, done by somebody in this role, and its number. Raises ActError."""
    acts = (await session.execute(_ACTS, vars(key_of(current)))).mappings().all()
    ending = decide_act(
        request.kind, role, acts_concerning(acts, current), current["version"], request.effective_on, now,
        hide=request.hide,
    )  # fmt: skip
    return ending, len(acts) + 1


async def add_act(
    session: AsyncSession, current: RowMapping, request: ActRequest, ending: Ending, *, actor: str, number: int,
    ids: tuple[UUID, UUID], now: datetime,
) -> RecordAct:  # fmt: skip
    """Store an act that was decided; `ids` are its own and its event's."""
    act = RecordAct(
        act_id=ids[0], dataset=current["dataset"], agency=current["agency"], business_key=current["business_key"],
        record_id=current["record_id"], version=current["version"], number=number, kind=request.kind.value,
        state=ending.state.value, hides=ending.hides, lasting=ending.lasting, effective_on=request.effective_on,
        reason=request.reason, document=request.document, actor=actor, act_batch=request.act_batch, recorded_at=now,
        event_id=ids[1], term=request.term.members() if request.term else None,
    )  # fmt: skip
    session.add(act)
    await session.flush()
    return act


def key_of(row: RowMapping) -> Key:
    """Return the key of a version."""
    return Key(row["dataset"], row["agency"], row["business_key"])


def version_of(row: RowMapping) -> Version:
    """Return a version as connectors/records/life.py takes it."""
    return Version(
        row["version"], row["subject_id"] is not None, row["event_date"], row["publish_until"], row["recorded_at"],
        row["superseded_at"], row["known_since"],
    )  # fmt: skip


def acts_concerning(acts: Sequence[RowMapping], version: RowMapping) -> list[PastAct]:
    """Return the acts that concern a version: not those upon another enterprise's under the same key."""
    subject = version["subject_id"]
    return [past_act(act) for act in acts if subject is None or act["subject_id"] in {None, subject}]


def past_act(act: Any) -> PastAct:  # noqa: ANN401 - a row of record_act
    """Return an act as connectors/records/life.py takes it."""
    return PastAct(
        act["number"], act["version"], State(act["state"]), act["hides"], act["lasting"], act["effective_on"],
        act["recorded_at"],
    )  # fmt: skip
