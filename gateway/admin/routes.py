"""Administration: changes, who approves them, and who is registered and used."""

from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from gateway.admin.actions import AnyAction
from gateway.admin.changes import ask_change, decide_change
from gateway.admin.dependencies import TheMeans
from gateway.admin.graph import approver_of, leads_to
from gateway.admin.handing_over import hand_over
from gateway.admin.reports import find_institutions, list_clients, page_of
from gateway.admin.signatories import show_signatories
from gateway.admin.tables import Change
from gateway.identity.caller import require, working
from gateway.identity.dependencies import TheAccess
from gateway.runtime.actor import Actor
from gateway.runtime.reasons import LONGEST
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/v1/admin", tags=["管理 Administration"])
Operator = Annotated[Actor, Depends(require("admin"), scope="function")]
# Auditors decide on what would stop one of them; the use case knows who decides on what.
Approver = Annotated[Actor, Depends(require("admin", "audit"), scope="function")]
Work = Annotated[UnitOfWork, Depends(working("admin"), scope="function")]
Seeing = Annotated[UnitOfWork, Depends(working("admin", "audit"), scope="function")]
Limit = Annotated[int, Query(ge=1, le=500)]


class Decision(BaseModel):
    """Why it is decided so; may be left out."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(max_length=LONGEST, description="原因 Why.")] = ""


NO_REASON = Decision()


@router.post("/changes", summary="提交变更 Change something")
async def change(
    action: AnyAction, response: Response, units: Units, means: TheMeans, access: TheAccess, operator: Operator
) -> dict[str, Any]:
    """Make the change (200), or let it wait for another person's approval where it may lead to harm (202)."""
    async with units.begin("change.ask", operator) as work:
        made = await ask_change(work, means, action)
    access.expire()
    response.status_code = 202 if made.status == "waiting" else 200
    return change_document(made)


@router.post("/changes/{change_id}/{decision}", summary="批准或驳回变更 Approve or reject a change")
async def decide(
    change_id: UUID,
    decision: Literal["approve", "reject"],
    units: Units,
    means: TheMeans,
    access: TheAccess,
    approver: Approver,
    why: Decision = NO_REASON,
) -> dict[str, Any]:
    """Decide on a change that waits; nobody approves their own, and auditors alone let an auditor be stopped."""
    async with units.begin("change.decide", approver) as work:
        decided = await decide_change(work, means, change_id, approve=decision == "approve", reason=why.reason)
    access.expire()
    return change_document(decided)


@router.get("/changes", summary="变更列表 Changes")
async def list_changes(
    work: Seeing,
    status: Literal["waiting", "done", "rejected"] | None = None,
    after: UUID | None = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Return changes, oldest first; `next` pages on."""
    conditions = [col(Change.status) == status] if status else []
    conditions += [col(Change.change_id) > after] if after else []
    query = select(Change).where(*conditions).order_by(col(Change.change_id)).limit(limit)
    rows = list((await work.session.execute(query)).scalars())
    following = str(rows[-1].change_id) if len(rows) == limit else None
    return {"changes": [change_document(row) for row in rows], "next": following}


@router.get("/changes/{change_id}/handover", summary="转交邀请 Hand an invitation over")
async def handover(change_id: UUID, work: Seeing) -> dict[str, Any]:
    """Return what the caller hands to whoever is invited: the word, if they asked for the invitation, the link, if they
    approved it. It takes both, so that neither of the two signs in as the person.
    """
    handed = await hand_over(work, change_id)
    return {"person": handed.person, "link": handed.link, "word": handed.word}


@router.get("/institutions", summary="机构列表 Institutions")
async def institutions(work: Work, after: str = "", limit: Limit = 100) -> dict[str, Any]:
    """Return institutions by id with their agreements, accounts and when one was last used; `next` pages on."""
    rows = await find_institutions(work, after=after, limit=limit)
    return page_of("institutions", rows, "institution_id", limit)


@router.get("/clients", summary="客户端与最近使用 Clients and their last use")
async def clients(
    work: Work,
    institution: str = "",
    unused_days: Annotated[
        int | None, Query(ge=0, le=3650, description="未使用天数 Not used for so many days.")
    ] = None,
    after: str = "",
    limit: Limit = 100,
) -> dict[str, Any]:
    """Return clients by id with keys, limits, standing and last use; `last_used_at` null is never used."""
    before = None if unused_days is None else work.now - timedelta(days=unused_days)
    return await list_clients(work, institution=institution, before=before, after=after, limit=limit)


@router.get("/signatories", summary="企业的签署人 Signatories of an enterprise")
async def signatories(
    work: Seeing,
    subject: Annotated[str, Query(max_length=64, description="统一社会信用代码 The enterprise's unified code.")],
) -> dict[str, Any]:
    """Return who may approve consents of an enterprise: every signatory by its keys, newest first, with who asked for
    each and who approved it, and the changes about them that wait.
    """
    shown = await show_signatories(work, subject)
    changes = [change_document(change) for change in shown.waiting]
    return {"subject": shown.uscc, "signatories": shown.keys, "changes": changes}


def change_document(change: Change) -> dict[str, Any]:
    """Return a change as the interface shows it."""
    return {
        "change": str(change.change_id), "action": change.action, "status": change.status,
        "leads_to": leads_to(change.act) if change.act else [],
        "approver": approver_of(change.act) if change.act else "operator",
        "asked_by": change.asked_by, "asked_at": change.asked_at, "decided_by": change.decided_by,
        "decided_at": change.decided_at, "before": change.before, "reason": change.reason,
        "entry": str(change.event_id),
    }  # fmt: skip
