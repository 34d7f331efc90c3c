"""Changes as they are looked up: those that wait and those that were decided, one by one and in lists."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.admin.changes import WAITS_DAYS
from gateway.admin.tables import Change
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

READERS = frozenset({"operator", "auditor", "machine"})
STATES = ("waiting", "done", "rejected", "expired")


async def find_changes(
    work: UnitOfWork, *, limit: int, offset: int = 0, state: str = "", action: str = ""
) -> tuple[Sequence[Change], int]:
    """Return changes, newest first, in a state or of an action where asked, and how many there are.

    Raises DeniedError for whoever is no operator and no auditor.
    """
    _demand_reader(work)
    wanted = _in_state(state, work.now) + ([col(Change.action)["action"].astext == action] if action else [])
    query = select(Change).where(*wanted).order_by(col(Change.change_id).desc()).offset(offset).limit(limit)
    number = (await work.session.execute(select(func.count()).select_from(Change).where(*wanted))).scalar_one()
    return (await work.session.execute(query)).scalars().all(), number


async def get_change(work: UnitOfWork, change_id: UUID) -> Change:
    """Return a change. Raises DeniedError where there is none, and for whoever may not see it."""
    _demand_reader(work)
    change = await work.session.get(Change, change_id)
    if change is None:
        raise DeniedError("change-not-found", "没有此项变更 There is no such change.")
    return change


async def count_waiting(session: AsyncSession) -> tuple[int, datetime | None]:
    """Return how many changes wait, whoever may approve them, and since when the oldest does."""
    query = select(func.count(), func.min(Change.asked_at)).where(col(Change.status) == "waiting")
    number, since = (await session.execute(query)).one()
    return number, since


def state_of(change: Change, now: datetime) -> str:
    """Return one of STATES: a change that waited too long can only be asked for again."""
    return "expired" if change.status == "waiting" and expires_at(change) < now else change.status


def expires_at(change: Change) -> datetime:
    """Return until when a change can be approved."""
    return change.asked_at + timedelta(days=WAITS_DAYS)


def _in_state(state: str, now: datetime) -> list[ColumnElement[bool]]:
    bound = now - timedelta(days=WAITS_DAYS)
    match state:
        case "":
            return []
        case "waiting":
            return [col(Change.status) == "waiting", col(Change.asked_at) >= bound]
        case "expired":
            return [col(Change.status) == "waiting", col(Change.asked_at) < bound]
        case _:
            return [col(Change.status) == state]


def _demand_reader(work: UnitOfWork) -> None:
    if work.actor.kind not in READERS:
        raise DeniedError("insufficient-scope", "安全管理员和审计员可以查看。Operators and auditors see changes.")
