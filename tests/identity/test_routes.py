"""Every route under every kind of client and every kind of bad token, generated from the route table itself."""

import re
import time
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from joserfc.jwk import ECKey
from sqlalchemy import text

from gateway.app import create_app
from gateway.identity.clients.scopes import SCOPES
from gateway.identity.tokens.access_tokens import TYPE
from gateway.runtime.settings import Settings
from signing.jws import sign_jws
from tests.enterprises import uscc
from tests.identities import PROOF_KEY, change, proof, register

# Open to anybody, on purpose. A route that is new is either guarded or added here by somebody who thought about it.
OPEN = {
    "GET /", "GET /problems/{slug}", "GET /docs", "GET /docs/signing", "GET /reference",
    "GET /livez", "GET /readyz", "GET /.well-known/xinqiao-keys", "GET /.well-known/webhook-keys",
    "GET /.well-known/jwt-vc-issuer",
    "GET /.well-known/oauth-authorization-server", "GET /oauth/jwks", "POST /oauth/token", "POST /oauth/par",
    "POST /oauth/introspect", "POST /oauth/revoke", "GET /audit/log/checkpoint", "GET /audit/log/tile/{path:path}",
    "GET /static/{name}", "GET /v1/catalogue/schema",
    "GET /console/language/{language}", "GET /console/theme/{theme}",
    "GET /console/sign-in", "POST /console/sign-in", "OPTIONS /v1/uploads",
    "GET /oauth/authorize",  # the request is looked at before anybody signs in for it
    "GET /console/enrol", "POST /console/enrol", "GET /console/help", "GET /console/sso", "GET /console/sso/back",
}  # fmt: skip
OTHER_KEY = ECKey.generate_key("P-256")


def find(dependant, wanted):
    """Walk a route's dependencies."""
    for inner in dependant.dependencies:
        if found := wanted(inner.call):
            return found
        if found := find(inner, wanted):
            return found
    return None


def scopes_of(route):
    return find(route.dependant, lambda call: getattr(call, "scopes", None))


def is_for_people(route):
    return find(route.dependant, lambda call: call.__module__ == "gateway.people.guard" and call.__name__ == "present")


def routes():
    app = create_app(Settings())
    found = {}
    for route in all_routes(app.routes):
        for method in route.methods - {"HEAD"}:
            found[f"{method} {route.path}"] = route
    return found


def all_routes(held):
    return (route for route in held if isinstance(route, APIRoute))


ROUTES = routes()
GUARDED = {name: scopes_of(route) for name, route in ROUTES.items() if scopes_of(route)}


def test_every_route_is_guarded_or_open_on_purpose():
    for_people = {name for name, route in ROUTES.items() if is_for_people(route)}
    assert set(ROUTES) - set(GUARDED) - for_people == OPEN
    assert len(GUARDED) > 20


def test_pages_for_people_send_strangers_to_the_sign_in():
    assert {name for name, route in ROUTES.items() if is_for_people(route)} >= {"GET /console", "POST /oauth/authorize"}


def named(kind):
    """Return the id of the client of a kind; an agency's is one of the catalogue, an office's its county's code."""
    return {"agency": "civil_affairs", "office": "330304"}.get(kind, f"{kind}-x")


@pytest.fixture(scope="module")
async def kinds(gateway):
    """One client of every kind."""
    for kind in SCOPES:
        more = {"institution_id": "bank"} if kind == "account" else {}
        more |= {"subject": uscc(1)} if kind == "signatory" else {}
        await register(gateway, named(kind), kind, **more)
    return gateway


def token(gateway, kind, **changes):
    issuer, now = gateway.settings.issuer, int(time.time())
    whose = {"account": {"institution": "bank"}, "signatory": {"enterprise": uscc(1)}}.get(kind, {})
    claims = {
        "iss": issuer, "aud": issuer, "sub": named(kind), "client_id": named(kind), "kind": kind, "iat": now,
        "exp": now + 60, "jti": str(uuid4()), "scope": " ".join(SCOPES[kind]), "cnf": {"jkt": PROOF_KEY.thumbprint()},
        **whose, **changes,
    }  # fmt: skip
    return sign_jws(claims, gateway.keys.signing("token"), TYPE)


async def send(client, name, access_token, key=PROOF_KEY):
    request = request_of(client, name, access_token, key)
    return await client.request(**request, json={} if request["method"] == "POST" else None)


def request_of(client, name, access_token, key=PROOF_KEY, **more):
    """A request of a route with every parameter it needs, and no body."""
    method, path = name.split(" ", 1)
    values = {
        "dataset": "ent_registration", "action": "revoke", "decision": "approve", "change": "disable",
        "month": "2026-01", **more,
    }  # fmt: skip
    path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda part: values.get(part[1], str(uuid4())), path)
    headers = {
        "Idempotency-Key": "k",
        "Batch-Id": "b",
        "Tus-Resumable": "1.0.0",
        "Upload-Length": "1",
        "Upload-Offset": "0",
    }
    if access_token:
        url = f"{client.base_url}".rstrip("/") + path
        headers |= {"Authorization": f"DPoP {access_token}", "DPoP": proof(url, method, access_token, key)}
    return {"method": method, "url": path, "headers": headers}


@pytest.mark.parametrize("name", GUARDED)
async def test_a_bad_token_opens_nothing(client, kinds, name):
    kind = next(kind for kind, held in SCOPES.items() if held & set(GUARDED[name]))
    revoked = str(uuid4())
    async with kinds.database.begin("test.revoked") as session:
        query = "INSERT INTO issued_token VALUES (:jti, 'x', NULL, now() + interval '1 minute', now())"
        await session.execute(text(query), {"jti": revoked})
    kinds.access.expire()
    bad = {
        "none": None,
        "expired": token(kinds, kind, exp=int(time.time()) - 1),
        "revoked": token(kinds, kind, jti=revoked),
        "wrong audience": token(kinds, kind, aud="https://other.example"),
        "wrong issuer": token(kinds, kind, iss="https://other.example"),
        "unbound": token(kinds, kind, cnf={}),
        "bound to another key": token(kinds, kind, cnf={"jkt": OTHER_KEY.thumbprint()}),
        "bound to a certificate": token(kinds, kind, cnf={"x5t#S256": PROOF_KEY.thumbprint()}),
    }
    for case, sent in bad.items():
        answer = await send(client, name, sent)
        assert answer.status_code == 401, (case, answer.text)
        assert answer.headers["www-authenticate"].startswith("DPoP"), case
    stolen = await send(client, name, token(kinds, kind), OTHER_KEY)
    assert stolen.status_code == 401


@pytest.mark.parametrize("kind", SCOPES)
@pytest.mark.parametrize("name", GUARDED)
async def test_a_kind_opens_its_own_routes_and_no_others(client, kinds, name, kind):
    answer = await send(client, name, token(kinds, kind))
    refused = answer.status_code == 403 and answer.json()["title"] == "insufficient scope"
    assert refused == SCOPES[kind].isdisjoint(GUARDED[name]), answer.text
    assert answer.status_code != 401
    assert answer.status_code < 500
    none = await send(client, name, token(kinds, kind, scope=""))
    assert (none.status_code, none.json()["title"]) == (403, "insufficient scope")


@pytest.mark.parametrize("name", GUARDED)
async def test_a_suspended_client_is_stopped_everywhere(client, kinds, name):
    kind = next(kind for kind, held in SCOPES.items() if held & set(GUARDED[name]))
    await change(kinds, f"client:{named(kind)}", "suspend")
    answer = await send(client, name, token(kinds, kind))
    await change(kinds, f"client:{named(kind)}", "resume")
    assert (answer.status_code, answer.json()["title"]) == (403, "account suspended")
