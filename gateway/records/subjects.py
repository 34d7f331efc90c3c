"""Who a subject is: its identifiers and who gave them; a person's decision where an identifier is shared."""

from dataclasses import dataclass

from connectors.conversion.identifiers import Kind, read_identifier
from connectors.personal.sealing import Protector
from connectors.store import identity, subjects
from connectors.store.identity import link
from connectors.store.subjects import Subject, find_subject, identifier_of
from gateway.runtime.database import raw
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, try_take
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork
from signing.canonical import sha256_hex

DECIDERS = frozenset({"operator", "machine"})


@dataclass(frozen=True)
class KnownSubject:
    """A subject and every identifier it is known by, with confidence and source."""

    subject: Subject
    known_as: list[dict[str, object]]


@dataclass(frozen=True)
class Linked:
    """Whose an identifier is from now on, and how many records found their subject by it."""

    subject: Subject
    records: int


async def show_subject(work: UnitOfWork, protector: Protector, said: str) -> KnownSubject:
    """Return the one subject known by what was typed; that it was read is recorded.

    Raises DeniedError for whoever is no operator, and where no subject or more than one is known by it.
    """
    _demand_decider(work)
    subject = await find_subject(work.session, *identifier_of(protector, said))
    if subject is None:
        detail = "没有或不止一个主体有此标识。No subject, or more than one, is known by this."
        raise DeniedError("subject-not-found", detail)
    known = await subjects.known_as(work.session, subject.subject_id)
    await work.record("subject.read", {"identifiers": len(known)}, subject=subject.subject_id, outcome="read")
    return KnownSubject(subject, known)


async def count_unresolved(work: UnitOfWork) -> list[dict[str, object]]:
    """Return how many records wait for a subject, by dataset and kind of identifier. Raises DeniedError as above."""
    _demand_decider(work)
    return await subjects.count_unresolved(work.session)


async def link_subject(work: UnitOfWork, protector: Protector, said: str, uscc: str, reason: str) -> Linked:
    """Decide that a code or name is this enterprise's, and record who said so and why.

    Raises DeniedError for whoever is no operator, for a unified code, what is no reason, and an unknown enterprise.
    """
    _demand_decider(work)
    demand_reason(reason)
    identifier = identifier_of(protector, said)
    if identifier[0] == Kind.USCC or not identifier[1]:
        detail = "统一社会信用代码无需归属，请给名称或旧代码。A unified code needs no link: give a name or an old code."
        raise DeniedError("invalid-request", detail)
    subject = await find_subject(work.session, Kind.USCC.value, read_identifier(uscc).value)
    if subject is None:
        raise DeniedError("subject-not-found", f"未归集 {uscc}。No such enterprise is known.")
    async with (await raw(work.session)).cursor() as cursor:
        new, records = await link(cursor, identifier, subject.subject_id, work.actor.name, work.now)
    payload = {"kind": identifier[0], "value": sha256_hex(identifier[1].encode()), "reason": reason}
    outcome = "linked" if new else "linked-before"
    await work.record("subject.linked", payload, subject=subject.subject_id, outcome=outcome)
    return Linked(subject, records)


async def resolve_missed(work: UnitOfWork) -> None:
    """Resolve what two submissions at once hid from each other, with one event; the worker's step."""
    if not await try_take(work.session, Lock.RESOLUTION):
        return  # another worker is at it
    released, records = await identity.release_missed(work.session), await identity.resolve_missed(work.session)
    if released or records:
        payload = {"records": records} | ({"released": released} if released else {})
        await work.record("record.resolved", payload, outcome="resolved")


def _demand_decider(work: UnitOfWork) -> None:
    if work.actor.kind not in DECIDERS:
        raise DeniedError("insufficient-scope", "只有管理员可以查看和归属主体。Only operators see and link subjects.")
