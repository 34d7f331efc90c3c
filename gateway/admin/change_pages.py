"""Changes for people: those that wait, the history of those decided, and one with what it replaces, in words."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from gateway.admin.change_reading import STATES, expires_at, find_changes, get_change, state_of
from gateway.admin.change_words import names_of, tell, title_of, whom_of
from gateway.admin.changes import decide_change, may_approve
from gateway.admin.dependencies import TheMeans
from gateway.admin.differences import FIELDS
from gateway.admin.graph import is_final, leads_to
from gateway.admin.names import Names
from gateway.admin.tables import Change
from gateway.consents.on_paper import Request as PaperRequest
from gateway.consents.on_paper import find_request
from gateway.console.form import Form
from gateway.console.forms import is_sure
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Filter, Table, TableQuery, TableSpec, table_query
from gateway.console.words import Words, words_of
from gateway.identity.dependencies import TheAccess
from gateway.people.acting import acting
from gateway.people.guard import ApproverPresent, SignedForm
from gateway.people.listing import show_table
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
MOST_WAITING = 50
NOTHING_WRONG = Form()
TONES = {"waiting": "warn", "done": "ok", "rejected": "quiet", "expired": "quiet"}
# What follows of what cannot be undone, by the action.
FOLLOWS = {
    "standing": "follows-close", "client.key-retire": "follows-retire", "subject.erase": "follows-erase",
    "key.rotate": "follows-rotate", "consent.invalidate": "follows-invalidate",
}  # fmt: skip
SPEC = TableSpec(
    "changes",
    (
        Column("what", "op-change"),
        Column("state", "op-state"),
        Column("asked_by", "asked-by"),
        Column("asked_at", "asked-at", kind="time"),
        Column("decided_by", "op-decided-by"),
        Column("decided_at", "op-decided-at", kind="time"),
        Column("reason", "op-why", optional=True),
    ),
    (
        Filter("state", "op-state", options=STATES, prefix="op-change-"),
        Filter("action", "op-change", options=tuple(FIELDS), prefix="do-"),
    ),
)


@router.get("/changes")
async def changes(
    request: Request,
    units: Units,
    present: ApproverPresent,
    asked: Annotated[TableQuery, Depends(table_query(SPEC))],
    said: str = "",
) -> Response:
    """Show the changes that wait, and all of them, newest first."""
    words = words_of(request)
    async with units.begin("changes.show", acting(present)) as work:
        waiting, number = await find_changes(work, limit=MOST_WAITING, state="waiting")
        rows, total = await find_changes(
            work, limit=asked.limit, offset=asked.offset, state=asked.filters["state"], action=asked.filters["action"]
        )
        names = await names_of(work.session, [*waiting, *rows])
        moment = work.now
    shown = [
        {
            "title": f"{title_of(one, words)} · {whom_of(one, names, words)}",
            "href": f"/console/changes/{one.change_id}",
            "note": words("op-asked-by", who=names.actor(words, one.asked_by)), "until": expires_at(one),
        }
        for one in waiting
    ]  # fmt: skip
    table = Table(SPEC, asked, [_cells(one, state_of(one, moment), names, words) for one in rows], total=total)
    return await show_table(
        request, units, present, "changes", table, waiting=shown, number=number, note="change-done" if said else ""
    )


@router.get("/changes/{change_id}")
async def show(request: Request, change_id: UUID, units: Units, present: ApproverPresent) -> Response:
    """Show one change."""
    return await _show(request, units, present, change_id)


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
    approve, reason = decision == "approve", form.get("reason", "")
    try:
        async with units.begin("change.decide", acting(present)) as work:
            change = await get_change(work, change_id)
            unsure = approve and change.act is not None and is_final(change.act) and not is_sure(form)
            if not unsure:
                await decide_change(work, means, change_id, approve=approve, reason=reason)
        if unsure:
            wrong = Form({}, {"": words_of(request)("sure-needed")})
            return await _show(request, units, present, change_id, wrong, status=400)
    except DeniedError as fault:
        if fault.denial.reason == "change-not-found":
            raise PageError("not-found", 404) from fault
        malformed = fault.denial.reason == "invalid-request"
        wrong = Form({"reason": reason}, {"": _sentence(fault, words_of(request))})
        return await _show(request, units, present, change_id, wrong, status=400 if malformed else 409)
    access.expire()
    invites = approve and change.action["action"] == "person.invite"  # whoever approves hands the link over
    place = f"/console/people/-/invitations/{change_id}" if invites else "/console/changes?said=done"
    return RedirectResponse(place, 303)


async def _show(
    request: Request,
    units: UnitsOfWork,
    present: Present,
    change_id: UUID,
    wrong: Form = NOTHING_WRONG,
    status: int = 200,
) -> Response:
    words = words_of(request)
    try:
        async with units.begin("change.show", acting(present)) as work:
            change = await get_change(work, change_id)
            names, moment = await names_of(work.session, [change]), work.now
            paper = await _paper_of(work, change)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    state, title = state_of(change, moment), title_of(change, words)
    return page(
        request, "change", present, status=status, crumbs=[(title, "")], change=change, title=title, state=state,
        whom=whom_of(change, names, words), told=tell(change, names, words), tone=TONES[state], form=wrong,
        paper=paper, scan_at=f"/console/paper/{paper.consent.terms.consent_id}" if paper else "",
        asked_by=names.actor(words, change.asked_by), decided_by=names.actor(words, change.decided_by),
        until=expires_at(change), harms=leads_to(change.act) if change.act else [],
        follows=FOLLOWS[change.action["action"]] if change.act and is_final(change.act) else "",
        may=_may(change, present, state),
    )  # fmt: skip


async def _paper_of(work: UnitOfWork, change: Change) -> PaperRequest | None:
    """Return the request that was signed on paper, for the officer who checks the entry against the scan."""
    if change.action["action"] != "consent.paper" or work.actor.kind != "operator":
        return None
    return await find_request(work, UUID(change.action["consent"]))


def _may(change: Change, present: Present, state: str) -> str:
    """Return "decide", "reject" (their own, or what another kind approves), or why not: a text's key."""
    if state != "waiting":
        return ""
    approves = may_approve(acting(present).kind, change.act)
    if not approves:
        return "reject" if present.role == "operator" else "change-not-yours"
    return "reject" if change.asked_person == present.person_id else "decide"


def _cells(change: Change, state: str, names: Names, words: Words) -> list[Cell | str | None]:
    return [
        Cell(title_of(change, words), f"/console/changes/{change.change_id}", whom_of(change, names, words)),
        Cell(words(STATE_WORDS[state]), tone=TONES[state]),  # type: ignore[arg-type] # one of the tones
        names.actor(words, change.asked_by),
        words.moment(change.asked_at),
        names.actor(words, change.decided_by),
        words.moment(change.decided_at) if change.decided_at else None,
        change.reason,
    ]


def _sentence(fault: DeniedError, words: Words) -> str:
    """Return a fault's sentence in the visitor's language, where it is one of the error table."""
    if fault.denial.reason in FAULTS:
        return words(FAULTS[fault.denial.reason])
    return words.half(fault)


STATE_WORDS = {
    "waiting": "op-change-waiting", "done": "op-change-done", "rejected": "op-change-rejected",
    "expired": "op-change-expired",
}  # fmt: skip
FAULTS = {
    "own-change": "op-fault-own", "change-too-old": "op-fault-old", "change-decided": "op-fault-decided",
    "insufficient-scope": "op-fault-scope", "person-unknown": "op-fault-person", "invalid-request": "op-fault-reason",
}  # fmt: skip
