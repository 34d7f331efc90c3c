"""The two halves of single sign-on in the browser: off to the provider, and back."""

from typing import Annotated

import structlog
from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.forms import is_secure, own_path
from gateway.people.devices import describe
from gateway.people.guard import set_cookie
from gateway.people.sessions import open_session
from gateway.people.sso import LIFE_SECONDS, Provider, SsoError, begin, find_person, finish
from gateway.runtime.actor import ANYONE
from gateway.web.dependencies import Http, Keys, TheSettings, Units
from gateway.web.router import Router

router = Router(prefix="/console/sso", include_in_schema=False)
COOKIE = "xinqiao-sso"
FAILED = "/console/sign-in?said=sso-failed"
_LOG = structlog.get_logger("gateway.sso")


async def the_provider(settings: TheSettings, http: Http, keys: Keys) -> Provider:
    """Return the identity provider of this instance."""
    return Provider(settings, http, keys.kek)


TheProvider = Annotated[Provider, Depends(the_provider)]


@router.get("")
async def leave(provider: TheProvider, next: str = "/console") -> Response:  # noqa: A002 - the parameter's name
    """Go to the provider."""
    try:
        address, sealed = await begin(provider, own_path(next))
    except SsoError as fault:
        _LOG.warning("single sign-on failed", reason=str(fault))
        return RedirectResponse(FAILED, 303)
    response = RedirectResponse(address, 303)
    response.set_cookie(
        COOKIE, sealed, max_age=LIFE_SECONDS, path="/console/sso", httponly=True, samesite="lax",
        secure=is_secure(provider.settings),
    )  # fmt: skip
    return response


@router.get("/back")
async def come_back(request: Request, units: Units, provider: TheProvider) -> Response:
    """Open a session for whom the provider vouches for, if they are known here."""
    response = RedirectResponse(FAILED, 303)
    response.delete_cookie(COOKIE, path="/console/sso")
    try:
        subject, following = await finish(provider, request.cookies.get(COOKIE, ""), dict(request.query_params))
    except SsoError as fault:
        _LOG.warning("single sign-on failed", reason=str(fault))
        return response
    async with units.begin("sso.sign_in", ANYONE) as work:
        person = await find_person(work, subject)
        if person is not None:
            device = describe(request.headers.get("user-agent", ""))
            response.headers["location"] = own_path(following)
            set_cookie(response, provider.settings, await open_session(work.session, person, work.now, device))
    return response
