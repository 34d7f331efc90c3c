"""The authorization endpoint: a person permits a client to act for them, or does not (RFC 6749 4.1, RFC 9207)."""

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from gateway.console.guard import Anyone, SignedForm
from gateway.console.render import PageError, page
from gateway.gateway import Gateway
from gateway.identity.clients.scopes import granted
from gateway.identity.tables import Client, PushedRequest
from gateway.identity.tokens.codes import add_code
from gateway.people.roles import ROLES
from gateway.people.sessions import Present
from gateway.web.dependencies import Gw, Transaction

router = APIRouter(tags=["OAuth 2.0 登录"])


@router.get("/oauth/authorize", summary="Let a person permit 请用户授权", response_class=HTMLResponse)
async def show(
    request: Request,
    session: Transaction,
    present: Anyone,
    client_id: Annotated[str, Query(max_length=63)] = "",
    request_uri: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Ask the person signed in; only pushed requests are taken (RFC 9126 4)."""
    pushed, client = await _find(session, client_id, request_uri)
    scopes = _scopes(pushed, client, present)
    back = urlsplit(pushed.parameters["redirect_uri"])
    origin = f"{back.scheme}://{back.netloc}"
    return page(
        request, "authorize", present, client=client, scopes=scopes, request_uri=request_uri, origin=origin,
        form_target=origin,
    )  # fmt: skip


@router.post("/oauth/authorize", include_in_schema=False)
async def decide(gateway: Gw, session: Transaction, present: Anyone, form: SignedForm) -> Response:
    """Send the browser back with a code, or with access_denied; the request is used up either way."""
    pushed, client = await _find(session, form.get("client_id", ""), form.get("request_uri", ""))
    scopes, now = _scopes(pushed, client, present), datetime.now(UTC)
    permitted = form.get("decision") == "permit" and bool(scopes)
    await session.delete(pushed)
    outcome: dict[str, Any] = {"error": "access_denied"}
    if permitted:
        kept = {**pushed.parameters, "scope": " ".join(scopes)}
        outcome = {"code": await session.run_sync(add_code, client.client_id, present.actor, kept, now)}
    event = Event(
        "authorization.permitted" if permitted else "authorization.refused", present.actor,
        institution=client.institution_id, payload={"client": client.client_id, "scope": " ".join(scopes)},
    )  # fmt: skip
    await gateway.audit.record(session, event, now)
    return RedirectResponse(_address(gateway, pushed.parameters, outcome), 303)


async def _find(session: AsyncSession, client_id: str, request_uri: str) -> tuple[PushedRequest, Client]:
    """Return a living request and its client. Raises PageError: nothing goes to an unchecked address."""
    pushed = await session.get(PushedRequest, request_uri, with_for_update=True) if request_uri else None
    if pushed is None or pushed.client_id != client_id or pushed.expires_at <= datetime.now(UTC):
        raise PageError("request-gone", 400)
    client = await session.get_one(Client, client_id)
    if client.status != "active":
        raise PageError("request-gone", 400)
    return pushed, client


def _scopes(pushed: PushedRequest, client: Client, present: Present) -> list[str]:
    """Return what both the client and the person may do; nothing where the person is of another house."""
    own_house = {"staff": present.institution_id == client.institution_id, "clerk": present.agency == client.client_id}
    if not own_house.get(present.role, True):
        return []
    asked = granted(client.kind, client.scopes, pushed.parameters["scope"]) or frozenset()
    return sorted(asked & ROLES[present.role])


def _address(gateway: Gateway, parameters: dict[str, Any], outcome: dict[str, Any]) -> str:
    """Return where the browser goes: the registered address with the answer, the state, and who answers."""
    parts = urlsplit(parameters["redirect_uri"])
    state = {"state": parameters["state"]} if "state" in parameters else {}
    answer = urlencode({**outcome, **state, "iss": gateway.settings.issuer})
    return str(urlunsplit(parts._replace(query=f"{parts.query}&{answer}" if parts.query else answer)))
