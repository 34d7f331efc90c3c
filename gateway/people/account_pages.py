"""One's own account: who one is here, where one is signed in, the password, the phone, what happened meanwhile."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.form import Form
from gateway.console.render import page
from gateway.console.words import words_of
from gateway.people.acting import acting
from gateway.people.answering import credentials, let_wait
from gateway.people.guard import Anyone, Cookie, SignedForm
from gateway.people.notices import find_notice, names_in, read_notice
from gateway.people.own_log_in import begin_new_device, change_password
from gateway.people.own_sessions import end_open, list_sessions
from gateway.people.reading import names_of_houses
from gateway.people.recovery import count_codes
from gateway.people.signin import SignInWaitError
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import Router

router = Router(prefix="/console/account", include_in_schema=False)
FEW_CODES = 2
NOTES = frozenset({"password-changed", "session-ended", "sessions-ended", "notice-read"})


@router.get("")
async def account(request: Request, units: Units, present: Anyone, cookie: Cookie, said: str = "") -> Response:
    """Show who is signed in, where, and how many recovery codes are left."""
    async with units.begin("account.show", acting(present)) as work:
        sessions = await list_sessions(work, present.person_id, cookie)
        left, notice = await count_codes(work, present.person_id), await find_notice(work, present.person_id)
        names = await names_of_houses(
            work, institutions={present.institution_id or ""}, enterprises={present.enterprise or ""}
        )
        by = await names_in(work, notice)
    return page(
        request, "account", present, sessions=sessions, left=left, few=FEW_CODES, told=notice, by=by, names=names,
        said=said if said in NOTES else "",
    )  # fmt: skip


@router.post("/notice")
async def put_away(units: Units, present: Anyone, form: SignedForm) -> Response:
    """Put away what the person has read."""
    async with units.begin("notice.read", acting(present)) as work:
        await read_notice(work, present.person_id, form.get("at", ""))
    return RedirectResponse("/console/account?said=notice-read", 303)


@router.post("/sessions")
async def end_sessions(units: Units, present: Anyone, cookie: Cookie, form: SignedForm) -> Response:
    """End the session that is named, or all but this one."""
    one = form.get("session", "")
    async with units.begin("sessions.end", acting(present)) as work:
        await end_open(work, present.person_id, one, spare="" if one else cookie)
    return RedirectResponse(f"/console/account?said={'session-ended' if one else 'sessions-ended'}", 303)


@router.get("/password")
async def show_password(request: Request, present: Anyone) -> Response:
    """Show the form for another password."""
    return page(request, "password", present, form=Form())


@router.post("/password")
async def set_password(
    request: Request, units: Units, settings: TheSettings, present: Anyone, cookie: Cookie, form: SignedForm
) -> Response:
    """Set another password, or show the form again."""
    words, new = words_of(request), form.get("new", "")
    if new != form.get("again"):
        return page(
            request, "password", present, status=400, form=Form(errors={"again": words("enrol-wrong-again")})
        )  # fmt: skip
    try:
        wrong = await change_password(units, credentials(request, settings, present.person_id, form), new, cookie)
    except SignInWaitError as fault:
        return let_wait(request, "password", fault, present)
    if wrong:
        errors = {"new": words("password-wrong-new")} if wrong == "new" else {"password": words("proof-wrong")}
        return page(request, "password", present, status=400 if wrong == "new" else 401, form=Form(errors=errors))
    return RedirectResponse("/console/account?said=password-changed", 303)


@router.get("/device")
async def show_device(request: Request, units: Units, present: Anyone) -> Response:
    """Say what follows of another phone, and ask for password and code."""
    async with units.begin("device.show", acting(present)) as work:
        left = await count_codes(work, present.person_id)
    return page(request, "device", present, form=Form(), left=left)


@router.post("/device")
async def begin_device(
    request: Request, units: Units, settings: TheSettings, present: Anyone, form: SignedForm
) -> Response:
    """Lead to the enrolment of another phone, or show the form again."""
    try:
        token = await begin_new_device(units, credentials(request, settings, present.person_id, form))
    except SignInWaitError as fault:
        return let_wait(request, "device", fault, present, left=0)
    if token is None:
        wrong = Form(errors={"password": words_of(request)("proof-wrong")})
        return page(request, "device", present, form=wrong, left=0, status=401)
    return RedirectResponse(f"/console/enrol?token={token}", 303)
