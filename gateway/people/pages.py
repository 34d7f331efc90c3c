"""Signing in and out, taking up an invitation."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.forms import OwnForm, is_secure, own_path
from gateway.console.render import PageError, page
from gateway.people.acting import acting
from gateway.people.guard import Cookie, Leaving, SignedForm, cookie_name, set_cookie
from gateway.people.invitations import find_invited, take_up
from gateway.people.secrets import open_totp, totp_uri
from gateway.people.signin import sign_in, sign_out
from gateway.runtime.actor import ANYONE
from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)


@router.get("/sign-in")
async def show_sign_in(request: Request, settings: TheSettings, next: str = "/console", said: str = "") -> Response:  # noqa: A002
    """Show the form."""
    note = said if said in {"enrolled", "signed-out", "sso-failed"} else ""
    return page(request, "sign_in", next=own_path(next), note=note, wrong=False, sso=bool(settings.oidc_issuer))


@router.post("/sign-in")
async def do_sign_in(request: Request, units: Units, settings: TheSettings, form: OwnForm) -> Response:
    """Open a session, or show the form again; the attempt is in the log either way."""
    following, code = own_path(form.get("next", "")), form.get("code", "").replace(" ", "")
    cookie = await sign_in(units, form.get("person", ""), form.get("password", ""), code)
    if cookie is None:
        sso = bool(settings.oidc_issuer)
        return page(request, "sign_in", status=401, next=following, note="", wrong=True, sso=sso)
    response = RedirectResponse(following, 303)
    set_cookie(response, settings, cookie)
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


@router.get("/enrol")
async def show_enrolment(request: Request, units: Units, settings: TheSettings, token: str = "") -> Response:
    """Show an invited person the secret for their device, and ask for a password."""
    async with units.begin("person.enrol", ANYONE) as work:
        return await _enrolment(request, work, settings, token)


@router.post("/enrol")
async def do_enrol(request: Request, units: Units, settings: TheSettings, form: OwnForm) -> Response:
    """Take up an invitation; what will not do is in the log too."""
    token, password = form.get("token", ""), form.get("password", "")
    async with units.begin("person.enrol", ANYONE) as work:
        wrong = "password"
        if password == form.get("again"):
            wrong = await take_up(work, token, password, form.get("code", "").replace(" ", "")) or ""
        if wrong:
            return await _enrolment(request, work, settings, token, f"enrol-wrong-{wrong}")
    return RedirectResponse("/console/sign-in?said=enrolled", 303)


async def _enrolment(request: Request, work: UnitOfWork, settings: Settings, token: str, wrong: str = "") -> Response:
    person = await find_invited(work, token)
    if person is None or person.totp_sealed is None:
        raise PageError("enrol-gone", 410)
    secret = open_totp(work.keys.kek, person.totp_sealed, person.person_id)
    uri = totp_uri(secret, person.person_id, settings.instance)
    return page(
        request, "enrol", status=400 if wrong else 200, token=token, secret=secret, uri=uri, wrong=wrong, who=person
    )
