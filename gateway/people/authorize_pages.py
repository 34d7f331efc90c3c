"""The authorization endpoint: a person permits a client to act for them, or does not (RFC 6749 4.1, RFC 9207)."""

from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.console.render import PageError, page
from gateway.identity.clients.scopes import granted
from gateway.identity.tables import Client, PushedRequest
from gateway.identity.tokens.codes import add_code
from gateway.people.acting import acting
from gateway.people.guard import Anyone, SignedForm, Visitor, admit
from gateway.people.roles import ROLES
from gateway.people.sessions import Present
from gateway.runtime.actor import ANYONE
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(tags=["登录 OAuth 2.0"])


@router.get("/oauth/authorize", summary="请用户授权 Let a person permit", response_class=HTMLResponse)
async def show(
    request: Request,
    units: Units,
    visitor: Visitor,
    client_id: Annotated[str, Query(max_length=63)] = "",
    request_uri: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Ask the person signed in, whom a sound request alone makes sign in; only pushed ones are taken (RFC 9126 4)."""
    async with units.begin("authorization.show", acting(visitor) if visitor else ANYONE) as work:
        pushed, client = await _find(work, client_id, request_uri)
    present = admit(request, visitor)
    scopes = _scopes(pushed, client, present)
    back = urlsplit(pushed.parameters["redirect_uri"])
    origin = f"{back.scheme}://{back.netloc}"
    return page(
        request, "authorize", present, client=client, scopes=scopes, request_uri=request_uri, origin=origin,
        form_target=origin,
    )  # fmt: skip


@router.post("/oauth/authorize", include_in_schema=False)
async def decide(units: Units, present: Anyone, form: SignedForm) -> Response:
    """Send the browser back with a code, or with access_denied; the request is used up either way."""
    async with units.begin("authorization.decide", acting(present)) as work:
        pushed, client = await _find(work, form.get("client_id", ""), form.get("request_uri", ""))
        answer = await _decide(work, pushed, client, present, permitted=form.get("decision") == "permit")
    return RedirectResponse(_address(units.issuer, pushed.parameters, answer), 303)


async def _decide(
    work: UnitOfWork, pushed: PushedRequest, client: Client, present: Present, *, permitted: bool
) -> dict[str, Any]:
    """Use the request up, with an event, and return what the browser takes back: a code, or that there is none."""
    scopes = _scopes(pushed, client, present)
    await work.session.delete(pushed)
    answer: dict[str, Any] = {"error": "access_denied"}
    outcome = "permitted" if permitted and scopes else "refused"
    if outcome == "permitted":
        parameters = {**pushed.parameters, "scope": " ".join(scopes)}
        code = await work.session.run_sync(add_code, client.client_id, present.actor, parameters, work.now)
        answer = {"code": code}
    await work.record(
        f"authorization.{outcome}", {"client": client.client_id, "scope": " ".join(scopes)},
        institution=client.institution_id, outcome=outcome,
    )  # fmt: skip
    return answer


async def _find(work: UnitOfWork, client_id: str, request_uri: str) -> tuple[PushedRequest, Client]:
    """Return a living request and its client, before anybody signs in for it (RFC 6749 4.1.1).

    Raises PageError: nothing goes to an address that is not, or no longer, the client's.
    """
    pushed = await work.session.get(PushedRequest, request_uri, with_for_update=True) if request_uri else None
    if pushed is None or pushed.client_id != client_id or pushed.expires_at <= work.now:
        raise PageError("request-gone", 400)
    client = await work.session.get_one(Client, client_id)
    if client.status != "active" or pushed.parameters["redirect_uri"] not in client.redirect_uris:
        raise PageError("request-gone", 400)
    return pushed, client


def _scopes(pushed: PushedRequest, client: Client, present: Present) -> list[str]:
    """Return what both the client and the person may do; nothing where the person is of another house."""
    own_house = {
        "staff": present.institution_id == client.institution_id,
        "clerk": present.agency == client.client_id,
        "office": present.office == client.client_id,
        "owner": present.enterprise == client.subject and present.waits_until is None,
    }
    if not own_house.get(present.role, True):
        return []
    asked = granted(client.kind, client.scopes, pushed.parameters["scope"]) or frozenset()
    return sorted(asked & ROLES[present.role])


def _address(issuer: str, parameters: dict[str, Any], outcome: dict[str, Any]) -> str:
    """Return where the browser goes: the registered address with the answer, the state, and who answers."""
    parts = urlsplit(parameters["redirect_uri"])
    state = {"state": parameters["state"]} if "state" in parameters else {}
    answer = urlencode({**outcome, **state, "iss": issuer})
    return str(urlunsplit(parts._replace(query=f"{parts.query}&{answer}" if parts.query else answer)))
