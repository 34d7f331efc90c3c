"""Signing in and out, taking up an invitation, choosing the language."""

from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from gateway.console.guard import Anyone, OwnForm, SignedForm, cookie_name, cookie_of, own_path, set_cookie
from gateway.console.render import FOLDER, LANGUAGE_COOKIE, PageError, page
from gateway.console.texts import LANGUAGES
from gateway.people.registry import PersonError, find_invited, take_up
from gateway.people.secrets import open_totp, totp_uri
from gateway.people.sessions import end_session, end_sessions
from gateway.people.signin import sign_in
from gateway.web.dependencies import Gw, Transaction

router = APIRouter(prefix="/console", include_in_schema=False)
STYLE: Path = FOLDER / "static" / "console.css"
KEPT = {"Cache-Control": "max-age=3600"}


@router.get("/console.css")
async def style() -> FileResponse:
    """Return the one style sheet."""
    return FileResponse(STYLE, media_type="text/css", headers=KEPT)


@router.get("/icon.svg")
async def icon() -> FileResponse:
    """Return the icon."""
    return FileResponse(FOLDER / "static" / "icon.svg", media_type="image/svg+xml", headers=KEPT)


@router.get("/uploads.js")
async def script() -> FileResponse:
    """Return the one script: the progress of a large file."""
    return FileResponse(FOLDER / "static" / "uploads.js", media_type="text/javascript", headers=KEPT)


@router.get("/language/{language}")
async def choose_language(language: str, next: str = "/console") -> RedirectResponse:  # noqa: A002 - the parameter's name
    """Remember the language and go back."""
    response = RedirectResponse(own_path(next), 303)
    if language in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=365 * 86400, path="/", samesite="lax", httponly=True)
    return response


@router.get("/sign-in")
async def show_sign_in(request: Request, gateway: Gw, next: str = "/console", said: str = "") -> Response:  # noqa: A002
    """Show the form."""
    note = said if said in {"enrolled", "signed-out", "sso-failed"} else ""
    return page(request, "sign_in", next=own_path(next), note=note, wrong=False, sso=bool(gateway.settings.oidc_issuer))


@router.post("/sign-in")
async def do_sign_in(request: Request, gateway: Gw, form: OwnForm) -> Response:
    """Open a session, or show the form again; the attempt is in the log either way."""
    now, following = datetime.now(UTC), own_path(form.get("next", ""))
    code = form.get("code", "").replace(" ", "")
    cookie = await sign_in(gateway, form.get("person", ""), form.get("password", ""), code, now)
    if cookie is None:
        sso = bool(gateway.settings.oidc_issuer)
        return page(request, "sign_in", status=401, next=following, note="", wrong=True, sso=sso)
    response = RedirectResponse(following, 303)
    set_cookie(response, gateway.settings, cookie)
    return response


@router.post("/sign-out")
async def do_sign_out(
    request: Request, gateway: Gw, session: Transaction, present: Anyone, form: SignedForm
) -> Response:
    """End this session, or all of the person's."""
    if form.get("everywhere"):
        await end_sessions(session, present.person_id)
    await end_session(session, cookie_of(request))
    response = RedirectResponse("/console/sign-in?said=signed-out", 303)
    response.delete_cookie(cookie_name(gateway.settings), path="/", secure=gateway.settings.issuer.startswith("https"))
    return response


@router.get("/enrol")
async def show_enrolment(request: Request, gateway: Gw, session: Transaction, token: str = "") -> Response:
    """Show an invited person the secret for their device, and ask for a password."""
    return await _enrolment(request, gateway, session, token)


@router.post("/enrol")
async def do_enrol(request: Request, gateway: Gw, session: Transaction, form: OwnForm) -> Response:
    """Take up an invitation."""
    now, token = datetime.now(UTC), form.get("token", "")
    person = await find_invited(session, token, now)
    if person is None:
        raise PageError("enrol-gone", 410)
    password = form.get("password", "")
    if password != form.get("again"):
        return await _enrolment(request, gateway, session, token, "enrol-wrong-password")
    try:
        await take_up(gateway, session, person, password, form.get("code", "").replace(" ", ""), now)
    except PersonError as fault:
        return await _enrolment(request, gateway, session, token, f"enrol-wrong-{fault}")
    return RedirectResponse("/console/sign-in?said=enrolled", 303)


async def _enrolment(request: Request, gateway: Gw, session: Transaction, token: str, wrong: str = "") -> Response:
    person = await find_invited(session, token, datetime.now(UTC))
    if person is None or person.totp_sealed is None:
        raise PageError("enrol-gone", 410)
    secret = open_totp(gateway.keys.kek, person.totp_sealed, person.person_id)
    uri = totp_uri(secret, person.person_id, gateway.settings.instance)
    return page(
        request, "enrol", status=400 if wrong else 200, token=token, secret=secret, uri=uri, wrong=wrong, who=person
    )
