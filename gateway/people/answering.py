"""What the forms of signing in share: who sends them, and the same page again where somebody has to wait."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from gateway.console.form import Form
from gateway.console.render import page
from gateway.console.words import words_of
from gateway.identity.clients.peer import address_of
from gateway.people.devices import describe
from gateway.people.sessions import Present
from gateway.people.signin import Credentials, SignInWaitError
from gateway.runtime.settings import Settings

STATUS = {"sign-in-slowed": 429, "sign-in-busy": 503}


def credentials(request: Request, settings: Settings, person_id: str, form: dict[str, str]) -> Credentials:
    """Return what a form sends of a password and a code, with where it comes from."""
    address, device = str(address_of(request, settings) or ""), describe(request.headers.get("user-agent", ""))
    code = form.get("code", "").replace(" ", "")
    return Credentials(person_id, form.get("password", ""), code, address, device)


def let_wait(
    request: Request,
    template: str,
    fault: SignInWaitError,
    present: Present | None = None,
    **context: Any,  # noqa: ANN401 - what the template shows
) -> Response:
    """Return the page again, with why and for how long somebody has to wait."""
    words = words_of(request)
    said = f"{words(fault.key)} {words.count('wait-seconds', fault.seconds)}"
    shown = page(request, template, present, form=Form(errors={"": said}), status=STATUS[fault.key], **context)
    shown.headers["Retry-After"] = str(fault.seconds)
    return shown
