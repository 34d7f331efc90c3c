"""Whose cases are whose: an office's its own; regulators, auditors and whoever is at this machine see all.

To whoever may not see a case there is none. A step is a person's: of the office, or a regulator for the city.
"""

from uuid import UUID

from sqlalchemy import text

from connectors.store.numbers import find_by_numbers
from gateway.disposal.tables import DisposalCase
from gateway.people.roles import PREFIX
from gateway.records.access import OVERSEERS
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from risk_monitor.case_names import Side

_REGULATOR = text("SELECT FROM person WHERE person_id = :person AND role = 'regulator' AND status = 'active'")
_OFFICES = text("SELECT DISTINCT office FROM person WHERE office IS NOT NULL AND status = 'active' ORDER BY office")


def office_of(work: UnitOfWork) -> str | None:
    """Return the office whose cases the actor sees; None for those who see all. Raises DeniedError for others."""
    if work.actor.kind == "office":
        return work.actor.client_id
    if work.actor.kind not in OVERSEERS:
        detail = "只有处置办、监管和审计人员可以查看。Offices, regulators and auditors alone see cases."
        raise DeniedError("insufficient-scope", detail)
    return None


async def get_case(work: UnitOfWork, case_id: UUID, *, lock: bool = False) -> DisposalCase:
    """Return a case that the actor sees. Raises DeniedError."""
    own = office_of(work)
    row = await work.session.get(DisposalCase, case_id, with_for_update=lock or None, populate_existing=lock)
    if row is None or own not in {None, row.office}:
        raise DeniedError("case-not-found")
    return row


async def subject_of(work: UnitOfWork, row: DisposalCase) -> UUID | None:
    """Return the id of the enterprise whose key a case's entries are sealed under; None once that was destroyed."""
    subject = (await find_by_numbers(work.session, [row.subject]))[row.subject].subject_id
    return subject if await work.recorder.takes(work.session, str(subject)) else None


async def side_of(work: UnitOfWork) -> Side | None:
    """Return for whom the actor takes steps: a person of an office, a regulator for the city; None for others."""
    person = work.actor.person
    if person is None:
        return None
    if work.actor.kind == "office":
        return "office"
    if work.actor.kind != "auditor":
        return None
    found = await work.session.execute(_REGULATOR, {"person": person.removeprefix(PREFIX)})
    return "city" if found.one_or_none() is not None else None


async def demand_side(work: UnitOfWork, side: Side) -> None:
    """Pass where a person of a side acts. Raises DeniedError."""
    if await side_of(work) != side:
        raise DeniedError("case-person-needed")


async def find_offices(work: UnitOfWork) -> list[str]:
    """Return the offices that have somebody who sees to cases."""
    return list((await work.session.execute(_OFFICES)).scalars())


async def check_office(work: UnitOfWork, office: str) -> None:
    """Pass where an office has somebody who sees to cases. Raises DeniedError: nobody would see one given to it."""
    if office not in await find_offices(work):
        raise DeniedError("office-unknown")
