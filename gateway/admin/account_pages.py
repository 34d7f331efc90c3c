"""One account for operators: standing, scopes, keys, quota, last use, and the changes that are asked for there."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response

from gateway.admin.act_forms import OF_ACCOUNT
from gateway.admin.act_pages import SAID, show_form, take_action, take_form
from gateway.admin.change_words import value_in_words
from gateway.admin.client_actions import ChangeStanding, RetireKey
from gateway.admin.dependencies import TheMeans
from gateway.admin.institution_pages import TONES, days_chart, left_of
from gateway.admin.institution_reading import Account, read_account
from gateway.admin.standing_forms import StandingAsked, read_standing
from gateway.console.form import Form
from gateway.console.forms import is_sure
from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.identity.dependencies import TheAccess
from gateway.people.acting import acting
from gateway.people.guard import SecurityPresent, SignedForm
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/institutions", include_in_schema=False)
Id = Annotated[str, PathParameter(max_length=63)]
OVERLAP_HOURS = str(24 * 7)


async def find_account(institution_id: Id, client_id: Id, units: Units, present: SecurityPresent) -> Account:
    """Return the account of this institution. Raises PageError for another's, and for none."""
    try:
        async with units.begin("account.show", acting(present)) as work:
            found = await read_account(work, client_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    if found.account["institution_id"] != institution_id:
        raise PageError("not-found", 404)
    return found


Found = Annotated[Account, Depends(find_account)]


@router.get("/{institution_id}/accounts/{client_id}")
async def show(request: Request, found: Found, present: SecurityPresent, said: str = "") -> Response:
    """Show one account."""
    return _show(request, present, found, note=SAID.get(said, ""))


@router.post("/{institution_id}/accounts/{client_id}/standing")
async def change_standing(
    request: Request,
    found: Found,
    units: Units,
    means: TheMeans,
    access: TheAccess,
    present: SecurityPresent,
    typed: SignedForm,
) -> Response:
    """Suspend it, resume it, or close it for good."""
    asked = read_standing(typed, words_of(request))
    if not isinstance(asked, StandingAsked):
        return _show(request, present, found, asked, status=400)
    action = ChangeStanding(change=asked.change, whose=f"client:{_id(found)}", reason=asked.reason)
    try:
        return await take_action(units, means, access, present, action, _path(found))
    except DeniedError as fault:
        return _show(request, present, found, asked.refused(fault), status=409)


@router.post("/{institution_id}/accounts/{client_id}/keys/{kid}/retire")
async def retire_key(
    request: Request,
    found: Found,
    kid: Annotated[str, PathParameter(max_length=200)],
    units: Units,
    means: TheMeans,
    access: TheAccess,
    present: SecurityPresent,
    typed: SignedForm,
) -> Response:
    """Retire one of its keys at once, for good."""
    words = words_of(request)
    if kid not in {key.kid for key in found.keys}:
        raise PageError("not-found", 404)
    if not is_sure(typed):
        return _show(request, present, found, Form({}, {"": words("sure-needed")}), status=400)
    try:
        return await take_action(units, means, access, present, RetireKey(client=_id(found), kid=kid), _path(found))
    except DeniedError as fault:
        asked = StandingAsked("close", "", words)
        return _show(request, present, found, asked.refused(fault), status=409)


@router.get("/{institution_id}/accounts/{client_id}/{act}")
async def show_act(request: Request, found: Found, act: str, present: SecurityPresent) -> Response:
    """Show the form of a change, filled with what is so now."""
    form = OF_ACCOUNT.get(act)
    if form is None:
        raise PageError("not-found", 404)
    now = {name: str(value) for name, value in (found.plan or {}).items()} | {"overlap_hours": OVERLAP_HOURS}
    return show_form(request, present, form, Form(now), of=_id(found), back=_path(found))


@router.post("/{institution_id}/accounts/{client_id}/{act}")
async def take_act(
    request: Request,
    found: Found,
    act: str,
    units: Units,
    means: TheMeans,
    access: TheAccess,
    present: SecurityPresent,
    typed: SignedForm,
) -> Response:
    """Ask for a change of it."""
    form = OF_ACCOUNT.get(act)
    if form is None:
        raise PageError("not-found", 404)
    return await take_form(
        request, units, means, access, present, form, typed, identifier=_id(found), of=_id(found), back=_path(found)
    )


def _id(found: Account) -> str:
    return str(found.account["client_id"])


def _path(found: Account) -> str:
    return f"/console/institutions/{found.account['institution_id']}/accounts/{found.account['client_id']}"


def _show(
    request: Request, present: Present, found: Account, form: Form | None = None, note: str = "", status: int = 200
) -> Response:
    words, row = words_of(request), found.account
    told = {
        kind: words.listed(value_in_words(kind, one, words) for one in row[f"{kind}s"] or ()) or words("op-all-of-kind")
        for kind in ("scope", "product")
    }  # fmt: skip
    house = found.institution
    return page(
        request, "institution_account", present, status=status, scripts=("charts",), row=row, found=found,
        told=told, house=house,
        form=form or Form(), note=note, tone=TONES, path_here=_path(found), left_of=left_of,
        crumbs=[(house["name"], f"/console/institutions/{house['institution_id']}"), (row["client_id"], "")],
        chart=days_chart(found.days, words),
    )  # fmt: skip
