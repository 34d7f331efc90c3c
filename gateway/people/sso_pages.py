"""The two halves of single sign-on in the browser: off to the provider, and back."""

from datetime import UTC, datetime

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.guard import own_path, set_cookie
from gateway.people.sessions import open_session
from gateway.people.sso import LIFE_SECONDS, SsoError, begin, find_person, finish
from gateway.web.dependencies import Gw

router = APIRouter(prefix="/console/sso", include_in_schema=False)
COOKIE = "xinqiao-sso"
FAILED = "/console/sign-in?said=sso-failed"
_LOG = structlog.get_logger("gateway.sso")


@router.get("")
async def leave(gateway: Gw, next: str = "/console") -> Response:  # noqa: A002 - the parameter's name
    """Go to the provider."""
    try:
        address, kept = await begin(gateway, own_path(next), datetime.now(UTC))
    except SsoError as fault:
        _LOG.warning("single sign-on failed", reason=str(fault))
        return RedirectResponse(FAILED, 303)
    response = RedirectResponse(address, 303)
    secure = gateway.settings.issuer.startswith("https")
    response.set_cookie(
        COOKIE, kept, max_age=LIFE_SECONDS, path="/console/sso", httponly=True, samesite="lax", secure=secure
    )
    return response


@router.get("/back")
async def come_back(request: Request, gateway: Gw) -> Response:
    """Open a session for whom the provider vouches for, if they are known here."""
    now, response = datetime.now(UTC), RedirectResponse(FAILED, 303)
    response.delete_cookie(COOKIE, path="/console/sso")
    try:
        subject, following = await finish(gateway, request.cookies.get(COOKIE, ""), dict(request.query_params), now)
    except SsoError as fault:
        _LOG.warning("single sign-on failed", reason=str(fault))
        return response
    async with gateway.database.begin("sso.sign_in") as session:
        person = await find_person(gateway, session, subject, now)
        if person is not None:
            response.headers["location"] = own_path(following)
            set_cookie(response, gateway.settings, await open_session(session, person, now))
    return response
