"""The page of one person: who they are, what waits about them, and what may be done, with what follows of it."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import col, select

from gateway.admin.action import Action, Means
from gateway.admin.changes import ask_change
from gateway.admin.dependencies import TheMeans
from gateway.admin.graph import approver_of, needs_two
from gateway.admin.handing_over import find_invitation, hand_over
from gateway.admin.people_list import house_of
from gateway.admin.person_actions import InvitePerson, ResetFactor, SetPersonStanding
from gateway.admin.tables import Change
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.identity.dependencies import TheAccess
from gateway.people.acting import acting
from gateway.people.guard import ApproverPresent, SecurityPresent, SignedForm
from gateway.people.reading import get_person, names_of_houses
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.error_table import ERRORS
from gateway.web.router import Router

router = Router(prefix="/console/people", include_in_schema=False)
Id = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{1,62}$")]
Act = Literal["suspend", "resume", "reset-factor", "invite-anew"]
SHORTEST_REASON, LONGEST_REASON = 2, 200
# What follows of each act, in words that the dialog shows before it.
FOLLOWS: dict[str, Sequence[str]] = {
    "suspend": ("person-suspend-now", "person-suspend-office", "person-suspend-later"),
    "resume": ("person-resume-sign-in", "person-resume-same"),
    "reset-factor": ("person-reset-codes", "person-reset-password", "person-reset-time", "person-reset-told"),
    "invite-anew": ("person-invite-codes", "person-invite-link", "person-invite-same"),
}
POSSIBLE: dict[str, Sequence[Act]] = {
    "active": ("reset-factor", "invite-anew", "suspend"),
    "invited": ("invite-anew", "suspend"),
    "suspended": ("resume", "invite-anew"),
}


@router.get("/-/invitations/{change_id}")
async def invitation(request: Request, change_id: UUID, units: Units, present: ApproverPresent) -> Response:
    """Show the link or the word, to whom it belongs."""
    try:
        async with units.begin("invitation.hand-over", acting(present)) as work:
            handed = await hand_over(work, change_id)
    except DeniedError as fault:
        raise PageError("invitation-over" if fault.denial.reason == "change-refused" else "not-found", 404) from fault
    return page(request, "invitation", present, handed=handed, crumbs=[(handed.name, "")], scripts=("codes",))


@router.get("/{person_id}")
async def person(request: Request, person_id: Id, units: Units, present: SecurityPresent, said: str = "") -> Response:
    """Show one person."""
    return await _person(request, units, present, person_id, said=said if said in {"done", "waits"} else "")


@router.post("/{person_id}/{act}")
async def change(
    request: Request,
    person_id: Id,
    act: Act,
    units: Units,
    means: TheMeans,
    access: TheAccess,
    present: SecurityPresent,
    form: SignedForm,
) -> Response:
    """Ask for what was chosen, with the reason; it is made at once, or waits for another administrator."""
    words, reason = words_of(request), form.get("reason", "").strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        errors = {"": words("reason-needed")}
        return await _person(request, units, present, person_id, form=Form(errors=errors), status=400)
    try:
        async with units.begin("change.ask", acting(present)) as work:
            made = await _ask(work, means, person_id, act, reason)
    except DeniedError as fault:
        row = ERRORS[fault.denial.reason]
        errors = {"": words.either(row.title_zh, row.title_en)}
        return await _person(request, units, present, person_id, form=Form(errors=errors), status=409)
    access.expire()
    if act == "invite-anew":
        return RedirectResponse(f"/console/people/-/invitations/{made.change_id}", 303)
    return RedirectResponse(f"/console/people/{person_id}?said={'waits' if made.status == 'waiting' else 'done'}", 303)


async def _ask(work: UnitOfWork, means: Means, person_id: str, act: Act, reason: str) -> Change:
    known = await get_person(work, person_id)
    action: Action
    if act == "reset-factor":
        action = ResetFactor(person=person_id, reason=reason)
    elif act == "invite-anew":
        action = InvitePerson(
            person=person_id, name=known["name"], role=known["role"], institution=known["institution_id"],
            agency=known["agency"], office=known["office"], enterprise=known["enterprise"], anew=True,
        )  # fmt: skip
    else:
        action = SetPersonStanding(change=act, person=person_id, reason=reason)
    return await ask_change(work, means, action)


async def _person(
    request: Request,
    units: UnitsOfWork,
    present: Present,
    person_id: str,
    *,
    form: Form | None = None,
    said: str = "",
    status: int = 200,
) -> Response:
    try:
        async with units.begin("person.show", acting(present)) as work:
            found = await get_person(work, person_id)
            names = await names_of_houses(
                work, institutions={found["institution_id"] or ""}, enterprises={found["enterprise"] or ""}
            )
            waiting, invited = await _waiting(work, person_id), await find_invitation(work, person_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    own = person_id == present.person_id
    acts: list[Any] = [(act, _approver(act, found["role"])) for act in POSSIBLE[found["status"]] if not own]
    return page(
        request, "person", present, status=status, person=found, house=house_of(words_of(request), found, names),
        acts=acts, follows=FOLLOWS, own=own, waiting=waiting,
        invited=invited if found["status"] == "invited" or waiting else None,
        form=form or Form(), said=said, crumbs=[(found["name"], "")],
    )  # fmt: skip


def _approver(act: Act, role: str) -> str:
    """Return the kind of those who have to approve, empty where nobody has to."""
    name = f"person.{act} {role}"
    return approver_of(name) if needs_two(name) else ""


async def _waiting(work: UnitOfWork, person_id: str) -> list[Change]:
    query = select(Change).where(
        col(Change.status) == "waiting", col(Change.action)["person"].astext == person_id,
        col(Change.action)["action"].astext.like("person.%"),
    )  # fmt: skip
    return list((await work.session.execute(query.order_by(col(Change.change_id)))).scalars())
