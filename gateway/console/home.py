"""Home and account, and what operators find: changes to approve, clients and their last use."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import col, select

from gateway.admin.changes import decide_change
from gateway.admin.reports import list_clients
from gateway.admin.tables import Change
from gateway.console.guard import Anyone, OperatorPresent, SignedForm
from gateway.console.render import NAVIGATION, page
from gateway.quality.alerts import list_alerts
from gateway.runtime.errors import GatewayError
from gateway.web.dependencies import Gw, Transaction

router = APIRouter(prefix="/console", include_in_schema=False)
MOST_SHOWN = 100


@router.get("")
async def home(request: Request, session: Transaction, present: Anyone) -> Response:
    """Show who is signed in, where to go, and the promises that are not kept, to those who see them."""
    sees = "quality" in NAVIGATION.get(present.role, ())
    alerts = await list_alerts(session, present.agency) if sees else []
    return page(request, "home", present, alerts=alerts)


@router.get("/changes")
async def changes(request: Request, session: Transaction, present: OperatorPresent, said: str = "") -> Response:
    """Show the changes that wait, oldest first."""
    return await _changes(request, session, present, "change-done" if said == "done" else "")


@router.post("/changes/{change_id}/{decision}")
async def decide(
    request: Request,
    change_id: UUID,
    decision: Literal["approve", "reject"],
    gateway: Gw,
    session: Transaction,
    present: OperatorPresent,
    _form: SignedForm,
) -> Response:
    """Approve or reject one."""
    try:
        await decide_change(gateway, change_id, approve=decision == "approve", actor=present.actor)
    except GatewayError as fault:
        return await _changes(request, session, present, "change-failed", str(fault))
    return RedirectResponse("/console/changes?said=done", 303)


@router.get("/clients")
async def clients(
    request: Request, session: Transaction, present: OperatorPresent, after: Annotated[str, Query(max_length=63)] = ""
) -> Response:
    """Show clients with their standing and last use."""
    listed = await list_clients(session, after=after, limit=MOST_SHOWN)
    return page(request, "clients", present, **listed)


async def _changes(
    request: Request, session: Transaction, present: OperatorPresent, note: str, fault: str = ""
) -> Response:
    query = select(Change).where(col(Change.status) == "waiting").order_by(col(Change.change_id)).limit(MOST_SHOWN)
    rows = list((await session.execute(query)).scalars())
    return page(request, "changes", present, rows=rows, note=note, fault=fault, status=409 if fault else 200)
