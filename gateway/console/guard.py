"""Who may see a page, and whether a form comes from one of ours."""

import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.render import PageError
from gateway.people.sessions import LIFE_HOURS, Present, find_present
from gateway.runtime.settings import Settings
from gateway.web.dependencies import Transaction, get_gateway
from gateway.web.forms import FormError, read_form


class SignInNeededError(Exception):
    """Nobody is signed in; the page asked for is shown afterwards."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name: bound to this host and to TLS wherever the issuer is https."""
    return "__Host-xinqiao" if settings.issuer.startswith("https") else "xinqiao-session"


def set_cookie(response: Response, settings: Settings, cookie: str) -> None:
    """Give a session to the browser: unreadable for scripts, not sent along from other sites' forms."""
    response.set_cookie(
        cookie_name(settings), cookie, max_age=LIFE_HOURS * 3600, path="/", httponly=True, samesite="lax",
        secure=settings.issuer.startswith("https"),
    )  # fmt: skip


def cookie_of(request: Request) -> str:
    """Return the session cookie, empty where there is none."""
    return request.cookies.get(cookie_name(get_gateway(request).settings), "")


async def find_visitor(request: Request, session: Transaction) -> Present | None:
    """Return who is signed in, or None."""
    cookie = cookie_of(request)
    return await find_present(session, cookie, datetime.now(UTC)) if cookie else None


Visitor = Annotated[Present | None, Depends(find_visitor, scope="function")]


def signed_in(*roles: str) -> Callable[[Request, Present | None], Awaitable[Present]]:
    """Make a dependency that lets in people of these roles, or of any where none is named."""

    async def present(request: Request, visitor: Visitor) -> Present:
        if visitor is None:
            back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            raise SignInNeededError(back if request.method == "GET" else "/console")
        if roles and visitor.role not in roles:
            raise PageError("forbidden", 403)
        return visitor

    return present


def signed_in_apart(*roles: str) -> Callable[[Request], Awaitable[Present]]:
    """As signed_in, in a transaction that has ended when the page begins: for uploads, which may take long."""
    within = signed_in(*roles)

    async def present(request: Request) -> Present:
        async with get_gateway(request).database.begin("visitor") as session:
            return await within(request, await find_visitor(request, session))

    return present


def check_origin(request: Request) -> None:
    """Raise PageError for a form of another site."""
    issuer = get_gateway(request).settings.issuer
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    foreign = site not in {None, "same-origin"} or origin not in {None, "/".join(issuer.split("/")[:3])}
    if foreign or (site is None and origin is None):
        raise PageError("form-stale", 403)


def check_upload(request: Request, most: int) -> None:
    """Raise PageError for an upload of another site, or one that does not say its size or says too much."""
    check_origin(request)
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > most:
        raise PageError("upload-too-large", 413)


async def read_own_form(request: Request) -> dict[str, str]:
    """Return a form sent from one of our pages. Raises PageError for another site's, or a malformed one."""
    check_origin(request)
    try:
        return await read_form(request)
    except FormError as fault:
        raise PageError("form-stale", 400) from fault


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


OwnForm = Annotated[dict[str, str], Depends(read_own_form)]
SignedForm = Annotated[dict[str, str], Depends(read_signed_form)]
Anyone = Annotated[Present, Depends(signed_in(), scope="function")]
QualityPresent = Annotated[Present, Depends(signed_in("operator", "auditor", "regulator", "clerk"), scope="function")]
ClerkApart = Annotated[Present, Depends(signed_in_apart("operator", "clerk"))]
OperatorPresent = Annotated[Present, Depends(signed_in("operator"), scope="function")]


async def on_sign_in_needed(_request: Request, fault: Exception) -> RedirectResponse:
    """Send the browser to the sign-in page, and back afterwards."""
    assert isinstance(fault, SignInNeededError)  # noqa: S101 - registered for this type
    return RedirectResponse(f"/console/sign-in?next={quote(fault.path, safe='')}", 303)


def own_path(path: str) -> str:
    """Return a path of this site to go on to; anything else leads home."""
    allowed = path.startswith(("/console", "/oauth/authorize")) and "//" not in path and "\\" not in path
    return path if allowed and path.isprintable() else "/console"
