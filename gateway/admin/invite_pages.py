"""The form that invites somebody: the role first, then who they are and whom they belong to, chosen by name."""

import re
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from connectors.catalogue.load import agencies
from connectors.conversion.identifiers import Kind, read_identifier
from connectors.personal.sealing import Protector
from connectors.store.subjects import find_candidates, identifier_of
from gateway.admin.changes import ask_change
from gateway.admin.dependencies import TheMeans
from gateway.admin.person_actions import InvitePerson
from gateway.admin.reports import find_institutions
from gateway.console.form import Form
from gateway.console.render import page
from gateway.console.words import Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import SecurityPresent, SignedForm
from gateway.people.roles import ROLES
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.web.dependencies import Units, part
from gateway.web.router import Router

router = Router(prefix="/console/people/-", include_in_schema=False)
TheProtector = Annotated[Protector, Depends(part("protector"))]
MOST = 500
HOUSES = {"staff": "institution", "clerk": "agency", "office": "office", "owner": "enterprise"}
NEEDED = {
    "institution": "invite-institution-needed", "agency": "invite-agency-needed",
    "office": "invite-office-needed", "enterprise": "invite-enterprise-needed",
}  # fmt: skip
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")


@router.get("/invite")
async def show(request: Request, units: Units, present: SecurityPresent, role: str = "") -> Response:
    """Show the roles to choose from, or the form of one."""
    if role not in ROLES:
        return page(request, "invite_role", present, roles=tuple(ROLES))
    return await _form(request, units, present, role, Form())


@router.post("/invite")
async def send(
    request: Request, units: Units, means: TheMeans, protector: TheProtector, present: SecurityPresent, form: SignedForm
) -> Response:
    """Ask for the invitation, and lead to the word that goes with it; or show the form again."""
    words, role = words_of(request), form.get("role", "")
    if role not in ROLES:
        return page(request, "invite_role", present, roles=tuple(ROLES), status=400)
    errors = _check(words, role, form)
    try:
        async with units.begin("change.ask", acting(present)) as work:
            house = await _enterprise(work, protector, words, form, errors) if role == "owner" else None
            if not errors:
                action = InvitePerson.model_validate(_members(role, form, house))
                made = await ask_change(work, means, action)
    except (DeniedError, ValidationError):
        errors["person"] = words("invite-refused")
    if errors:
        return await _form(request, units, present, role, Form(form, errors), status=400)
    return RedirectResponse(f"/console/people/-/invitations/{made.change_id}", 303)


def _check(words: Words, role: str, form: dict[str, str]) -> dict[str, str]:
    errors = {}
    if not form.get("name", "").strip():
        errors["name"] = words("invite-name-needed")
    if not _ID.fullmatch(form.get("person", "")):
        errors["person"] = words("invite-person-wrong")
    house = HOUSES.get(role)
    if house and not form.get(house, "").strip():
        errors[house] = words(NEEDED[house])
    return errors


async def _enterprise(
    work: UnitOfWork, protector: Protector, words: Words, form: dict[str, str], errors: dict[str, str]
) -> str | None:
    """Return the credit code of the enterprise that is meant, by code or by its whole name; else say what is wrong."""
    said = form.get("enterprise", "").strip()
    if not said:
        return None
    read = read_identifier(said)
    if read.kind is Kind.USCC:
        return read.value
    found = await find_candidates(work.session, *identifier_of(protector, said), MOST)
    codes = {subject.uscc for subject, _ in found if subject.uscc}
    if len(codes) == 1:
        return codes.pop()
    errors["enterprise"] = words("invite-enterprise-many" if codes else "invite-enterprise-unknown")
    return None


def _members(role: str, form: dict[str, str], enterprise: str | None) -> dict[str, Any]:
    house = HOUSES.get(role)
    belongs = {house: enterprise if role == "owner" else form[house]} if house else {}
    subject = form.get("oidc_subject", "").strip()
    return {
        "person": form["person"], "name": form["name"].strip(), "role": role, **belongs,
        **({"oidc_subject": subject} if subject else {}),
    }  # fmt: skip


async def _form(
    request: Request, units: UnitsOfWork, present: Present, role: str, form: Form, status: int = 200
) -> Response:
    words = words_of(request)
    async with units.begin("invite.show", acting(present)) as work:
        institutions = await find_institutions(work, limit=MOST, status="active")
    options = {
        "institution": [("", words("choose")), *((one["institution_id"], one["name"]) for one in institutions)],
        "agency": [("", words("choose")), *((code, words.titles.agency(code)) for code in agencies())],
    }
    return page(
        request, "invite", present, status=status, role=role, form=form, options=options,
        crumbs=[(words("invite"), "")],
    )  # fmt: skip
