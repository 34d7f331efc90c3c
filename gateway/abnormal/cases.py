"""Cases of abnormal use as they are read and ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.abnormal.tables import AbnormalUse
from gateway.identity.clients.standing import change_standing
from gateway.identity.tables import Client
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

Decision = Literal["lift", "suspend"]
Status = Literal["held", "lifted", "suspended"]
ENDED: dict[Decision, Status] = {"lift": "lifted", "suspend": "suspended"}
_OVERSEEING = frozenset({"operator", "auditor", "machine"})
_OPEN = text("SELECT count(*), min(held_at) FROM abnormal_use WHERE status = 'held'")


class OpenCases(NamedTuple):
    """How many accounts are held, and since when the oldest is."""

    number: int
    since: datetime | None


async def count_open(session: AsyncSession) -> OpenCases:
    """Count the cases that nobody has decided on."""
    return OpenCases(*(await session.execute(_OPEN)).one())


async def list_cases(
    work: UnitOfWork, *, status: Status | None = None, before: UUID | None = None, limit: int | None
) -> Sequence[AbnormalUse]:
    """Return cases, newest first, limit None is all: to operators and auditors any, to others their institution's."""
    conditions = [col(AbnormalUse.status) == status] if status else []
    conditions += [col(AbnormalUse.case_id) < before] if before else []
    if work.actor.kind not in _OVERSEEING:
        conditions.append(col(AbnormalUse.institution) == (work.actor.institution_id or ""))
    query = select(AbnormalUse).where(*conditions).order_by(col(AbnormalUse.case_id).desc()).limit(limit)
    return (await work.session.execute(query)).scalars().all()


async def end_case(work: UnitOfWork, case_id: UUID, account: str, decision: Decision, reason: str) -> None:
    """Let the account ask again, or suspend it instead. Raises DeniedError where the case is not its own, or not held.

    The door lets its AccessCache expire after the commit.
    """
    # The account before the case, as whoever opens one holds it.
    await work.session.get(Client, account, with_for_update=True)
    case = await work.session.get(AbnormalUse, case_id, with_for_update=True)
    if case is None or case.account != account:
        raise DeniedError("change-refused", "此账户没有这一案件 This account has no such case.")
    if case.status != "held":
        raise DeniedError("change-refused", f"此案件已处理 This case is {case.status} already.")
    if decision == "suspend":
        await change_standing(work, whose=f"client:{case.account}", change="suspend", reason=reason)
    case.status, case.ended_at, case.reason = ENDED[decision], work.now, reason
    await work.record(
        f"client.hold_{case.status}", {"case": str(case_id), "client": case.account, "reason": reason},
        institution=case.institution, account=case.account, outcome=case.status,
    )  # fmt: skip
    await work.session.flush()


def case_document(case: AbnormalUse) -> dict[str, Any]:
    """Return a case as the interface shows it."""
    return {
        "case": str(case.case_id), "account": case.account, "institution": case.institution, "rule": case.rule,
        "counted": case.counted, "limit": case.most, "since": case.since.isoformat(), "until": case.until.isoformat(),
        "sample": case.sample, "status": case.status, "held_at": case.held_at.isoformat(),
        "ended_at": case.ended_at.isoformat() if case.ended_at else None, "reason": case.reason,
        "entry": str(case.event_id),
    }  # fmt: skip
