"""Home, and what operators find: changes to approve, clients and their last use, signatories of an enterprise."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import col, select

from gateway.admin.changes import decide_change, may_approve
from gateway.admin.dependencies import TheMeans
from gateway.admin.graph import is_final, leads_to
from gateway.admin.reports import list_clients
from gateway.admin.signatories import show_signatories
from gateway.admin.tables import Change
from gateway.console.forms import is_sure
from gateway.console.navigation import home_of
from gateway.console.render import page
from gateway.identity.dependencies import TheAccess
from gateway.people.acting import acting
from gateway.people.guard import Anyone, ApproverPresent, SecurityPresent, SignedForm
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
MOST_SHOWN = 100
# What follows of what cannot be undone, by the action.
FOLLOWS = {
    "standing": "follows-close", "client.key-retire": "follows-retire", "subject.erase": "follows-erase",
    "key.rotate": "follows-rotate",
}  # fmt: skip


@router.get("")
async def home(present: Anyone) -> Response:
    """Lead to the first page of the visitor's role."""
    return RedirectResponse(home_of(present.role), 303)


@router.get("/changes")
async def changes(request: Request, units: Units, present: ApproverPresent, said: str = "") -> Response:
    """Show the changes that wait, oldest first."""
    return await _changes(request, units, present, "change-done" if said == "done" else "")


@router.post("/changes/{change_id}/{decision}")
async def decide(
    request: Request,
    change_id: UUID,
    decision: Literal["approve", "reject"],
    units: Units,
    means: TheMeans,
    access: TheAccess,
    present: ApproverPresent,
    form: SignedForm,
) -> Response:
    """Approve or reject one; what cannot be undone is approved by who said that they know it."""
    try:
        async with units.begin("change.decide", acting(present)) as work:
            change = await work.session.get(Change, change_id)
            unsure = decision == "approve" and change and change.act and is_final(change.act) and not is_sure(form)
            if not unsure:
                await decide_change(work, means, change_id, approve=decision == "approve")
        if unsure:
            return await _changes(request, units, present, "sure-needed", status=400)
    except DeniedError as fault:
        return await _changes(request, units, present, "change-failed", str(fault))
    access.expire()
    return RedirectResponse("/console/changes?said=done", 303)


@router.get("/clients")
async def clients(
    request: Request, units: Units, present: SecurityPresent, after: Annotated[str, Query(max_length=63)] = ""
) -> Response:
    """Show clients with their standing and last use."""
    async with units.begin("clients.show", acting(present)) as work:
        listed = await list_clients(work, after=after, limit=MOST_SHOWN)
    return page(request, "clients", present, **listed)


@router.get("/signatories")
async def signatories(
    request: Request, units: Units, present: ApproverPresent, subject: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """Show who may approve consents of the enterprise that is named, and what waits to change that."""
    shown, wrong = None, False
    if subject:
        try:
            async with units.begin("signatories.show", acting(present)) as work:
                shown = await show_signatories(work, subject)
        except DeniedError:
            wrong = True
    return page(
        request, "signatories", present, subject=subject, shown=shown, wrong=wrong, status=400 if wrong else 200
    )


async def _changes(
    request: Request, units: UnitsOfWork, present: Present, note: str, fault: str = "", status: int = 200
) -> Response:
    query = select(Change).where(col(Change.status) == "waiting").order_by(col(Change.change_id)).limit(MOST_SHOWN)
    async with units.begin("changes.show", acting(present)) as work:
        rows = list((await work.session.execute(query)).scalars())
    kind = acting(present).kind
    may = {row.change_id: may_approve(kind, row.act) for row in rows}
    final = {row.change_id: FOLLOWS[row.action["action"]] for row in rows if row.act and is_final(row.act)}
    leads = {row.change_id: leads_to(row.act) if row.act else [] for row in rows}
    return page(
        request, "changes", present, rows=rows, may=may, leads=leads, final=final, note=note,
        fault=fault, status=409 if fault else status,
    )  # fmt: skip
