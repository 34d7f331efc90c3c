"""Signing in and out."""

from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.form import Form
from gateway.console.forms import OwnForm, is_secure, own_path
from gateway.console.render import page
from gateway.console.words import words_of
from gateway.people.acting import acting
from gateway.people.answering import credentials, let_wait
from gateway.people.guard import Cookie, Leaving, SignedForm, cookie_name, set_cookie
from gateway.people.signin import SignInWaitError, sign_in, sign_out
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
NOTES = {"enrolled": "ok", "signed-out": "ok", "sso-failed": "bad"}


@router.get("/sign-in")
async def show_sign_in(request: Request, settings: TheSettings, next: str = "/console", said: str = "") -> Response:  # noqa: A002
    """Show the form."""
    note = said if said in NOTES else ""
    return page(
        request, "sign_in", next=own_path(next), note=note, tone=NOTES.get(said, ""), form=Form(),
        sso=bool(settings.oidc_issuer),
    )  # fmt: skip


@router.post("/sign-in")
async def do_sign_in(request: Request, units: Units, settings: TheSettings, form: OwnForm) -> Response:
    """Open a session, or show the form again; the attempt is in the log either way."""
    following = own_path(form.get("next", ""))
    again: dict[str, Any] = {"next": following, "note": "", "tone": "", "sso": bool(settings.oidc_issuer)}
    try:
        entry = await sign_in(units, credentials(request, settings, form.get("person", ""), form))
    except SignInWaitError as fault:
        return let_wait(request, "sign_in", fault, **again)
    if entry is None:
        wrong = Form(errors={"": words_of(request)("sign-in-wrong")})
        return page(request, "sign_in", status=401, form=wrong, **again)
    if entry.enrolment:
        return RedirectResponse(f"/console/enrol?token={entry.enrolment}", 303)
    response = RedirectResponse("/console/account" if entry.told else following, 303)
    set_cookie(response, settings, entry.cookie)
    return response


@router.post("/sign-out")
async def do_sign_out(
    units: Units, settings: TheSettings, cookie: Cookie, present: Leaving, form: SignedForm
) -> Response:
    """End this session, or all of the person's."""
    async with units.begin("person.sign_out", acting(present)) as work:
        await sign_out(work, present.person_id, cookie, everywhere=bool(form.get("everywhere")))
    response = RedirectResponse("/console/sign-in?said=signed-out", 303)
    response.delete_cookie(cookie_name(settings), path="/", secure=is_secure(settings))
    return response
