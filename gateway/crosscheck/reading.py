"""Checks as those who oversee see them: what was proposed and decided, and who was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from connectors.model.calendar import day_of
from connectors.store.numbers import find_by_numbers
from gateway.crosscheck.tables import CrossCheck, CrossCheckMember, SupervisorList
from gateway.records.access import demand_overseer
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

STATES = ("proposed", "rejected", "approved", "committed", "lapsed", "done")


@dataclass(frozen=True)
class FoundOne:
    """An enterprise that was found: what it is called, at which level of which types it stood, on which lists it is."""

    code: str
    name: str | None
    level: str
    types: Sequence[str]
    lists: Sequence[UUID]


@dataclass(frozen=True)
class Shown:
    """A check with its lists by their ids, and who was found; nobody, where it is not done or another learns it."""

    check: CrossCheck
    lists: dict[UUID, SupervisorList]
    found: Sequence[FoundOne]


async def read_checks(work: UnitOfWork, most: int) -> Sequence[CrossCheck]:
    """Return the newest checks. Raises DeniedError for whoever does not oversee."""
    demand_overseer(work)
    query = select(CrossCheck).order_by(col(CrossCheck.check_id).desc()).limit(most)
    return (await work.session.execute(query)).scalars().all()


async def read_check(work: UnitOfWork, check_id: UUID) -> Shown:
    """Return one check with who was found, and record that it was read. Raises DeniedError."""
    demand_overseer(work)
    check = await work.session.get(CrossCheck, check_id)
    if check is None:
        raise DeniedError("crosscheck-not-found")
    query = select(CrossCheckMember).where(
        col(CrossCheckMember.check_id) == check_id, col(CrossCheckMember.found).is_(True)
    )
    members = (await work.session.execute(query.order_by(col(CrossCheckMember.code)))).scalars().all()
    subjects = await find_by_numbers(work.session, [one.subject for one in members])
    asked = select(SupervisorList).where(col(SupervisorList.list_id).in_(check.lists))
    lists = {one.list_id: one for one in (await work.session.execute(asked)).scalars()}
    payload = {"view": "check", "found": len(members)}
    await work.record("crosscheck.read", payload, outcome="read", exchange=check_id)
    found = [
        FoundOne(one.code, subjects[one.subject].name if one.subject in subjects else None, one.level, one.types,
                 one.lists)
        for one in members
    ]  # fmt: skip
    return Shown(check, lists, found)


def state_of(check: CrossCheck, now: datetime) -> str:
    """Return how a check stands: a private one whose day is over without an end has lapsed."""
    over = check.state in {"approved", "committed"} and check.day != day_of(now)
    return "lapsed" if over else check.state
