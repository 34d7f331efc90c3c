"""One account for operators: standing, scopes, keys, quota, last use, and the changes that are asked for there."""

from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response

from gateway.admin.act_forms import OF_ACCOUNT, refused
from gateway.admin.act_pages import SAID, TheAsker, show_form, take_action, take_form, take_standing
from gateway.admin.change_words import value_in_words
from gateway.admin.client_actions import RetireKey
from gateway.admin.institution_pages import TONES, days_chart, left_of
from gateway.admin.institution_reading import Account, read_account
from gateway.console.form import Form
from gateway.console.forms import is_sure
from gateway.console.render import PageError, page
from gateway.console.words import words_of
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
    return await _show(request, present, found, note=SAID.get(said, ""))


@router.post("/{institution_id}/accounts/{client_id}/standing")
async def change_standing(
    request: Request,
    found: Found,
    asker: TheAsker,
    typed: SignedForm,
) -> Response:
    """Suspend it, resume it, or close it for good."""
    again = partial(_show, request, asker.present, found)
    return await take_standing(request, asker, typed, f"client:{_id(found)}", _path(found), again)


@router.post("/{institution_id}/accounts/{client_id}/keys/{kid}/retire")
async def retire_key(
    request: Request,
    found: Found,
    kid: Annotated[str, PathParameter(max_length=200)],
    asker: TheAsker,
    typed: SignedForm,
) -> Response:
    """Retire one of its keys at once, for good."""
    words = words_of(request)
    if kid not in {key.kid for key in found.keys}:
        raise PageError("not-found", 404)
    if not is_sure(typed):
        return await _show(request, asker.present, found, Form({}, {"": words("sure-needed")}), status=400)
    try:
        return await take_action(asker, RetireKey(client=_id(found), kid=kid), _path(found))
    except DeniedError as fault:
        return await _show(request, asker.present, found, refused({}, fault, words), status=409)


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
    asker: TheAsker,
    typed: SignedForm,
) -> Response:
    """Ask for a change of it."""
    form = OF_ACCOUNT.get(act)
    if form is None:
        raise PageError("not-found", 404)
    return await take_form(request, asker, form, typed, identifier=_id(found), of=_id(found), back=_path(found))


def _id(found: Account) -> str:
    return str(found.account["client_id"])


def _path(found: Account) -> str:
    return f"/console/institutions/{found.account['institution_id']}/accounts/{found.account['client_id']}"


async def _show(
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
