"""Taking up an invitation: the word that goes with the link, the phone and the password, the recovery codes."""

from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import Response

from gateway.console.form import Form
from gateway.console.forms import OwnForm
from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.people.answering import let_wait
from gateway.people.handover import joined, lacks_word
from gateway.people.hashing import RETRY_SECONDS, HashingBusyError
from gateway.people.invitations import find_invited, take_up
from gateway.people.qr import draw_qr
from gateway.people.reading import names_of_houses
from gateway.people.secrets import open_totp, totp_uri
from gateway.people.signin import SignInWaitError
from gateway.people.tables import Person
from gateway.runtime.actor import ANYONE
from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
LONGEST = 200


@router.get("/enrol")
async def show_enrolment(
    request: Request,
    units: Units,
    settings: TheSettings,
    token: Annotated[str, Query(max_length=LONGEST)] = "",
    word: Annotated[str, Query(max_length=LONGEST)] = "",
) -> Response:
    """Show an invited person the secret for their device, and ask for a password; before, for the word of the link."""
    if lacks_word(token) and not word:
        return page(request, "enrol_word", token=token, form=Form())
    if lacks_word(token):
        whole = joined(token, word)
        async with units.begin("person.show-enrolment", ANYONE) as work:
            known = await find_invited(work, whole)
        if known is None:
            wrong = Form({"word": word}, {"word": words_of(request)("enrol-word-wrong")})
            return page(request, "enrol_word", token=token, form=wrong, status=400)
        token = whole
    context = await _invited(units, settings, token)
    return page(request, "enrol", form=Form(), **context)


@router.post("/enrol")
async def do_enrol(request: Request, units: Units, settings: TheSettings, form: OwnForm) -> Response:
    """Take up an invitation and show the recovery codes; what will not do is in the log too."""
    token, password, words = form.get("token", ""), form.get("password", ""), words_of(request)
    if password != form.get("again"):
        return await _again(request, units, settings, token, {"again": words("enrol-wrong-again")})
    try:
        done = await take_up(units, token, password, form.get("code", "").replace(" ", ""))
    except HashingBusyError:
        busy = SignInWaitError("sign-in-busy", RETRY_SECONDS)
        return let_wait(request, "enrol", busy, **await _invited(units, settings, token))
    if done.wrong == "gone":
        raise PageError("enrol-gone", 410)
    if done.wrong:
        return await _again(request, units, settings, token, {done.wrong: words(f"enrol-wrong-{done.wrong}")})
    return page(request, "enrolled", codes=done.recovery_codes, scripts=("codes",))


async def _again(
    request: Request, units: UnitsOfWork, settings: Settings, token: str, wrong: dict[str, str]
) -> Response:
    context = await _invited(units, settings, token)
    return page(request, "enrol", form=Form(errors=wrong), status=400, **context)


async def _invited(units: UnitsOfWork, settings: Settings, token: str) -> dict[str, Any]:
    """Return what the page shows of who was invited. Raises PageError where the invitation is none, used or late."""
    async with units.begin("person.show-enrolment", ANYONE) as work:
        person = await find_invited(work, token)
        if person is None or person.totp_sealed is None:
            raise PageError("enrol-gone", 410)
        secret, house = open_totp(work.keys.kek, person.totp_sealed, person.person_id), await _house(work, person)
    uri = totp_uri(secret, person.person_id, settings.instance)
    return {"token": token, "secret": secret, "uri": uri, "qr": draw_qr(uri), "who": person, "house": house}


async def _house(work: UnitOfWork, person: Person) -> str:
    """Return the name of the institution or the enterprise somebody belongs to, its code where it has no name here."""
    code = person.institution_id or person.enterprise or ""
    names = await names_of_houses(
        work, institutions={person.institution_id or ""}, enterprises={person.enterprise or ""}
    )
    return names.get(code, code)
