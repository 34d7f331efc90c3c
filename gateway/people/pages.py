"""Signing in and out, taking up an invitation."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.forms import OwnForm, is_secure, own_path
from gateway.console.render import PageError, page
from gateway.identity.clients.peer import address_of
from gateway.people.acting import acting
from gateway.people.devices import describe
from gateway.people.guard import Cookie, Leaving, SignedForm, cookie_name, set_cookie
from gateway.people.hashing import RETRY_SECONDS, HashingBusyError
from gateway.people.invitations import Enrolment, find_invited, take_up
from gateway.people.qr import draw_qr
from gateway.people.secrets import open_totp, totp_uri
from gateway.people.signin import Credentials, SignInWaitError, sign_in, sign_out
from gateway.runtime.actor import ANYONE
from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
WAIT_STATUS = {"sign-in-slowed": 429, "sign-in-busy": 503}


@router.get("/sign-in")
async def show_sign_in(request: Request, settings: TheSettings, next: str = "/console", said: str = "") -> Response:  # noqa: A002
    """Show the form."""
    note = said if said in {"enrolled", "signed-out", "sso-failed"} else ""
    return page(request, "sign_in", next=own_path(next), note=note, wrong="", sso=bool(settings.oidc_issuer))


@router.post("/sign-in")
async def do_sign_in(request: Request, units: Units, settings: TheSettings, form: OwnForm) -> Response:
    """Open a session, or show the form again; the attempt is in the log either way."""
    following, code = own_path(form.get("next", "")), form.get("code", "").replace(" ", "")
    address, device = str(address_of(request, settings) or ""), describe(request.headers.get("user-agent", ""))
    sent = Credentials(form.get("person", ""), form.get("password", ""), code, address, device)
    try:
        entry = await sign_in(units, sent)
    except SignInWaitError as fault:
        return _again(request, settings, following, fault.key, WAIT_STATUS[fault.key], fault.seconds)
    if entry is None:
        return _again(request, settings, following, "sign-in-wrong", 401)
    if entry.enrolment:
        return RedirectResponse(f"/console/enrol?token={entry.enrolment}", 303)
    response = RedirectResponse("/console/account" if entry.told else following, 303)
    set_cookie(response, settings, entry.cookie)
    return response


def _again(request: Request, settings: Settings, following: str, wrong: str, status: int, seconds: int = 0) -> Response:
    """Show the form again, with what went wrong and, where somebody has to wait, for how long."""
    shown = page(
        request, "sign_in", status=status, next=following, note="", wrong=wrong, seconds=seconds,
        sso=bool(settings.oidc_issuer),
    )  # fmt: skip
    if seconds:
        shown.headers["Retry-After"] = str(seconds)
    return shown


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
    return await _enrolment(request, units, settings, token)


@router.post("/enrol")
async def do_enrol(request: Request, units: Units, settings: TheSettings, form: OwnForm) -> Response:
    """Take up an invitation and show the recovery codes; what will not do is in the log too."""
    token, password = form.get("token", ""), form.get("password", "")
    done = Enrolment("password")
    if password == form.get("again"):
        try:
            done = await take_up(units, token, password, form.get("code", "").replace(" ", ""))
        except HashingBusyError:
            busy = await _enrolment(request, units, settings, token, "sign-in-busy", WAIT_STATUS["sign-in-busy"])
            busy.headers["Retry-After"] = str(RETRY_SECONDS)
            return busy
    if done.wrong:
        return await _enrolment(request, units, settings, token, f"enrol-wrong-{done.wrong}", 400)
    return page(request, "enrolled", codes=done.recovery_codes)


async def _enrolment(
    request: Request, units: UnitsOfWork, settings: Settings, token: str, wrong: str = "", status: int = 200
) -> Response:
    async with units.begin("person.show-enrolment", ANYONE) as work:
        person = await find_invited(work, token)
    if person is None or person.totp_sealed is None:
        raise PageError("enrol-gone", 410)
    secret = open_totp(units.keys.kek, person.totp_sealed, person.person_id)
    uri = totp_uri(secret, person.person_id, settings.instance)
    return page(
        request, "enrol", status=status, token=token, secret=secret, uri=uri, qr=draw_qr(uri), wrong=wrong, who=person
    )
