"""Cases for whoever sees them: a list, and one with all that was done. Each look is an entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select

from connectors.model.calendar import day_of
from connectors.store.numbers import find_by_numbers, find_number
from connectors.store.subjects import Subject
from gateway.disposal.history import Noted, read_history
from gateway.disposal.parties import get_case, office_of, side_of, subject_of
from gateway.disposal.stepping import standing_of
from gateway.disposal.tables import DisposalCase, DisposalFile
from gateway.disposal.transferring import find_transfers
from gateway.platforms.tables import Delivery
from gateway.risk.reading import PointFound, found_points
from gateway.runtime.work import UnitOfWork
from gateway.watches.in_force import rules_of
from risk_monitor.case_names import Step
from risk_monitor.handling import open_steps


@dataclass(frozen=True)
class Wanted:
    """Which cases: in a state, with an office, that ended so, past their day; empty means any."""

    state: str = ""
    office: str = ""
    outcome: str = ""
    overdue: bool = False


@dataclass(frozen=True)
class Shown:
    """A case with its enterprise; `overdue` where it is open past its day."""

    row: DisposalCase
    subject: Subject
    overdue: bool


@dataclass(frozen=True)
class Whole:
    """A case with its points, what was done, its files, what authorities were told, and what the actor may do now."""

    shown: Shown
    points: Sequence[PointFound]
    history: Sequence[Noted]
    files: Sequence[DisposalFile]
    transfers: Sequence[Delivery]
    may: Sequence[Step]


async def list_cases(work: UnitOfWork, wanted: Wanted, limit: int, offset: int = 0) -> list[Shown]:
    """Return cases the actor sees, open ones first, those that are due first; that they were read is recorded.

    Raises DeniedError for whoever sees none.
    """
    query = select(DisposalCase).where(*_conditions(work, wanted))
    query = query.order_by(
        col(DisposalCase.closed_at).is_not(None), col(DisposalCase.due_on), col(DisposalCase.id)
    )  # fmt: skip
    rows = (await work.session.execute(query.offset(offset).limit(limit))).scalars().all()
    subjects = await find_by_numbers(work.session, sorted({row.subject for row in rows}))
    await work.record("case.read", {"view": "list", "found": len(rows)}, outcome="read")
    return [_shown(row, subjects[row.subject], day_of(work.now)) for row in rows]


async def show(work: UnitOfWork, row: DisposalCase) -> Shown:
    """Return a case, which was the actor's to open or to take a step of, with its enterprise."""
    subject = (await find_by_numbers(work.session, [row.subject]))[row.subject]
    return _shown(row, subject, day_of(work.now))


async def find_open_cases(work: UnitOfWork, subject: Subject) -> Mapping[str, UUID]:
    """Return the open case of an enterprise of each type that has one, of those the actor sees.

    Raises DeniedError for whoever sees none.
    """
    query = select(col(DisposalCase.type), col(DisposalCase.id)).where(
        col(DisposalCase.subject) == await find_number(work.session, subject.subject_id),
        col(DisposalCase.closed_at).is_(None), *_conditions(work, Wanted()),
    )  # fmt: skip
    return {row.type: row.id for row in await work.session.execute(query)}


async def count_cases(work: UnitOfWork, wanted: Wanted) -> int:
    """Return how many cases there are of those that list_cases lists."""
    query = select(func.count()).select_from(DisposalCase).where(*_conditions(work, wanted))
    return int((await work.session.execute(query)).scalar_one())


async def read_case(work: UnitOfWork, case_id: UUID) -> Whole:
    """Return one case whole, and record that it was read. Raises DeniedError where the actor sees no such case."""
    row = await get_case(work, case_id)
    shown, subject = await show(work, row), await subject_of(work, row)
    files = select(DisposalFile).where(col(DisposalFile.case_id) == case_id).order_by(col(DisposalFile.taken_at))
    side = await side_of(work)
    taken = (await work.session.execute(files)).scalars().all()
    whole = Whole(
        shown, found_points(await rules_of(work.session, row.version), row.type, row.points),
        await read_history(work, case_id, subject), taken,
        await find_transfers(work, case_id), open_steps(standing_of(row), side) if side else [],
    )  # fmt: skip
    payload = {"view": "case", "found": len(whole.history)}
    await work.record("case.read", payload, subject=subject, outcome="read", exchange=case_id)
    return whole


def _shown(row: DisposalCase, subject: Subject, today: date) -> Shown:
    return Shown(row, subject, row.closed_at is None and row.due_on < today)


def _conditions(work: UnitOfWork, wanted: Wanted) -> list[ColumnElement[bool]]:
    own = office_of(work)
    named: list[tuple[Any, str]] = [
        (DisposalCase.state, wanted.state), (DisposalCase.office, wanted.office),
        (DisposalCase.outcome, wanted.outcome), (DisposalCase.office, own or ""),
    ]  # fmt: skip
    conditions = [col(column) == value for column, value in named if value]
    if wanted.overdue:
        conditions += [col(DisposalCase.closed_at).is_(None), col(DisposalCase.due_on) < day_of(work.now)]
    return conditions
