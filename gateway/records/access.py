"""Whose records are whose: the agency's its own, the enterprise's what is about it; auditors see all.

Every door asks here: routes, commands, pages. To whoever may not see a record there is none.
"""

from uuid import UUID

from sqlalchemy import RowMapping

from connectors.conversion.identifiers import read_identifier
from connectors.model.calendar import day_of
from connectors.personal.protect import Opening
from connectors.records.acts import find_record
from connectors.records.portfolio import is_shown
from connectors.store.numbers import find_number
from connectors.store.subjects import Subject, find_subject
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

OVERSEERS = frozenset({"auditor", "machine"})  # see every record, and what is personal in none
REPAIRERS = frozenset({"operator"})  # repair any record, on the credit office's decision


async def get_record(work: UnitOfWork, record_id: UUID) -> RowMapping:
    """Return a version of a record whose history the actor may read. Raises DeniedError."""
    return await _get(work, record_id, OVERSEERS)


async def get_shown(work: UnitOfWork, record_id: UUID) -> RowMapping:
    """Return a version of a record whose proof the actor may have: an enterprise, what may be shown of it.

    Raises DeniedError.
    """
    record = await _get(work, record_id, OVERSEERS)
    if work.actor.kind == "signatory" and not await is_shown(work.session, record_id, day_of(work.now)):
        raise DeniedError("record-not-found")
    return record


async def get_own(work: UnitOfWork, record_id: UUID) -> RowMapping:
    """Return a version of a record the actor may act upon; which acts are its own, decide_act says.

    Raises DeniedError.
    """
    return await _get(work, record_id, REPAIRERS)


async def find_enterprise(work: UnitOfWork) -> Subject | None:
    """Return the enterprise a signatory stands for, None where nothing is known of it, or nobody of that kind acts."""
    uscc = work.actor.subject if work.actor.kind == "signatory" else None
    return await find_subject(work.session, "uscc", uscc) if uscc else None


def demand_signatory(work: UnitOfWork) -> None:
    """Pass where an enterprise's signatory acts. Raises DeniedError."""
    if work.actor.kind != "signatory":
        raise DeniedError("insufficient-scope", "只有企业签署人可以查看。Only an enterprise's signatory may.")


def demand_overseer(work: UnitOfWork) -> None:
    """Pass where somebody oversees all: regulators act as auditors do (people/acting.py). Raises DeniedError."""
    if work.actor.kind not in OVERSEERS:
        raise DeniedError("insufficient-scope", "只有监管和审计人员可以查看。Regulators and auditors alone see it.")


async def get_numbered(work: UnitOfWork, uscc: str) -> tuple[int, Subject]:
    """Return an enterprise by its code, with its number. Raises DeniedError where it is not known."""
    subject = await find_subject(work.session, "uscc", read_identifier(uscc).value)
    number = await find_number(work.session, subject.subject_id) if subject else None
    if subject is None or number is None:
        raise DeniedError("subject-not-found", "未归集该企业。This enterprise is not known.")
    return number, subject


def opening(actor: Actor) -> Opening:
    """Return which personal values are opened for an actor: all for the agency they came from, for an enterprise those
    about itself; none for others.
    """
    return {"agency": Opening.ALL, "signatory": Opening.OWN}.get(actor.kind, Opening.NONE)


async def _get(work: UnitOfWork, record_id: UUID, any_of: frozenset[str]) -> RowMapping:
    record = await find_record(work.session, record_id)
    if record is None or not (work.actor.kind in any_of or await _is_theirs(work, record)):
        raise DeniedError("record-not-found", "没有此记录。There is no such record.")
    return record


async def _is_theirs(work: UnitOfWork, record: RowMapping) -> bool:
    if work.actor.kind == "agency":
        return bool(record["agency"] == work.actor.client_id)
    subject = await find_enterprise(work)
    return subject is not None and record["subject_id"] == subject.subject_id
