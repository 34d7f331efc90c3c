"""Who may see a page, and whether a form carries the token of their session."""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.forms import is_secure, read_own_form
from gateway.console.render import PageError
from gateway.identity.log_age import demand_signed_log
from gateway.identity.refusals import note_caller
from gateway.people.acting import acting
from gateway.people.sessions import LIFE_HOURS, Present, find_present
from gateway.runtime.actor import ANYONE
from gateway.runtime.denial import DeniedError
from gateway.runtime.settings import Settings
from gateway.web.dependencies import TheSettings, Units


class SignInNeededError(Exception):
    """Nobody is signed in; the page asked for is shown afterwards."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name: bound to this host and to TLS wherever the issuer is https."""
    return "__Host-xinqiao" if is_secure(settings) else "xinqiao-session"


def set_cookie(response: Response, settings: Settings, cookie: str) -> None:
    """Give a session to the browser: unreadable for scripts, not sent along from other sites' forms."""
    response.set_cookie(
        cookie_name(settings), cookie, max_age=LIFE_HOURS * 3600, path="/", httponly=True, samesite="lax",
        secure=is_secure(settings),
    )  # fmt: skip


async def read_cookie(request: Request, settings: TheSettings) -> str:
    """Return the session cookie, empty where there is none."""
    return request.cookies.get(cookie_name(settings), "")


Cookie = Annotated[str, Depends(read_cookie)]


async def find_visitor(request: Request, units: Units, cookie: Cookie) -> Present | None:
    """Return who is signed in, or None; in a transaction that has ended when the page begins."""
    request.state.present = None  # for the page of a fault
    if not cookie:
        return None
    async with units.begin("visitor", ANYONE) as work:
        visitor = request.state.present = await find_present(work.session, cookie, work.now)
    if visitor is not None:
        note_caller(request, acting(visitor))
    return visitor


Visitor = Annotated[Present | None, Depends(find_visitor)]


def signed_in(*roles: str, late: bool = False) -> Callable[[Request, Present | None], Awaitable[Present]]:
    """Make a dependency that lets in people of these roles, or of any where none is named.

    With `late` a form is taken while the log is late too.
    """

    async def present(request: Request, visitor: Visitor) -> Present:
        admitted = admit(request, visitor, roles)
        if not late:
            await _demand_signed_log(request)
        return admitted

    present.roles = frozenset(roles)  # type: ignore[attr-defined]  # read by the table of pages and roles
    return present


def admit(request: Request, visitor: Present | None, roles: Sequence[str] = ()) -> Present:
    """Return who is signed in, of one of these roles where any is named. Raises SignInNeededError, PageError."""
    if visitor is None:
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise SignInNeededError(back if request.method == "GET" else "/console")
    if roles and visitor.role not in roles:
        raise PageError("forbidden", 403)
    return visitor


async def _demand_signed_log(request: Request) -> None:
    try:
        await demand_signed_log(request)
    except DeniedError as fault:
        raise PageError(fault.denial.reason, 503) from fault


async def read_signed_form(request: Request, visitor: Visitor) -> dict[str, str]:
    """Return a form that carries the token of the visitor's session. Raises PageError, SignInNeededError."""
    form = await read_own_form(request)
    if visitor is None:
        raise SignInNeededError("/console")
    check_token(visitor, form.get("csrf", ""))
    return form


def check_token(visitor: Present, token: str) -> None:
    """Raise PageError unless the form carries the token of the visitor's session."""
    if not hmac.compare_digest(token.encode("utf-8", "replace"), visitor.csrf.encode()):
        raise PageError("form-stale", 403)


SignedForm = Annotated[dict[str, str], Depends(read_signed_form)]
Anyone = Annotated[Present, Depends(signed_in())]
Leaving = Annotated[Present, Depends(signed_in(late=True))]
QualityPresent = Annotated[Present, Depends(signed_in("system", "auditor", "regulator", "clerk"))]
ClerkApart = Annotated[Present, Depends(signed_in("system", "clerk"))]
SecurityPresent = Annotated[Present, Depends(signed_in("operator"))]
ApproverPresent = Annotated[Present, Depends(signed_in("operator", "auditor"))]
AuditorPresent = Annotated[Present, Depends(signed_in("auditor"))]
OverseerPresent = Annotated[Present, Depends(signed_in("auditor", "regulator"))]
SystemPresent = Annotated[Present, Depends(signed_in("system"))]
OwnerPresent = Annotated[Present, Depends(signed_in("owner"))]


async def demand_acting_owner(present: OwnerPresent) -> Present:
    """Return an owner who acts for the enterprise already. Raises PageError for one who still has to wait."""
    if present.waits_until is not None:
        raise PageError("owner-waits-still", 403)
    return present


OwnerActing = Annotated[Present, Depends(demand_acting_owner)]


async def on_sign_in_needed(_request: Request, fault: Exception) -> RedirectResponse:
    """Send the browser to the sign-in page, and back afterwards."""
    assert isinstance(fault, SignInNeededError)  # noqa: S101 - registered for this type
    return RedirectResponse(f"/console/sign-in?next={quote(fault.path, safe='')}", 303)
