"""Single sign-on at a real provider over HTTP, and every identity that must not be believed."""

import base64
import hashlib
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey
from pydantic import SecretStr
from sqlalchemy import text

from gateway.evidence.stored_check import check_stored
from gateway.runtime.actor import at_this_machine
from tests import http_server
from tests.persons import invited

KEY = RSAKey.generate_key(2048, {"kid": "p1"})
STRANGER = RSAKey.generate_key(2048, {"kid": "p1"})
REGISTRY = jws.JWSRegistry(algorithms=["RS256", "HS256", "none"])


class Provider:
    """An identity provider that vouches for whom it is told to, in whatever way it is told to."""

    def __init__(self):
        self.claims, self.key, self.alg, self.issuer, self.challenges, self.nonces = {}, KEY, "RS256", "", {}, {}
        self.broken = None

    def authorize(self, address):
        """Play the person's visit: return the code for an authorization request."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["scope"], asked["code_challenge_method"]) == ("code", "openid", "S256")
        code = f"code-{len(self.challenges)}"
        self.challenges[code], self.nonces[code] = asked["code_challenge"], asked["nonce"]
        return code, asked["state"]

    def token(self, form):
        code = form["code"][0]
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != self.challenges.pop(code, None):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "xinqiao", "sub": "u-1", "iat": now, "exp": now + 60,
                  "nonce": self.nonces[code], **self.claims}  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = jwt.encode({"alg": self.alg, "kid": "p1"}, claims, self.key, registry=REGISTRY)
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": signed}


@pytest.fixture(scope="module")
def provider():
    made = Provider()

    class Handler(http_server.JsonHandler):
        def do_GET(self):
            documents = {
                "/.well-known/openid-configuration": {
                    "issuer": made.issuer, "authorization_endpoint": f"{made.issuer}/authorize",
                    "token_endpoint": f"{made.issuer}/token", "jwks_uri": f"{made.issuer}/jwks",
                },
                "/jwks": {"keys": [KEY.as_dict(private=False)]},
            }  # fmt: skip
            self.say(500 if made.broken == self.path else 200, documents[self.path])

        def do_POST(self):
            form = parse_qs(self.read_body().decode())
            basic = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
            assert basic == "xinqiao:hush"
            self.say(*made.token(form))

    with http_server.serving(Handler) as made.issuer:
        yield made


@pytest.fixture
async def joined(gateway, provider, monkeypatch):
    """The gateway with this provider, and one person known there."""
    changes = {"oidc_issuer": provider.issuer, "oidc_client_id": "xinqiao", "oidc_client_secret": SecretStr("hush")}
    for name, value in changes.items():
        monkeypatch.setitem(gateway.settings.__dict__, name, value)
    provider.claims, provider.key, provider.alg, provider.broken = {}, KEY, "RS256", None
    await invited(gateway, "cheng", "auditor", oidc_subject="u-1")
    return provider


async def go(client, provider, following="/console", **changes):
    """Go to the provider and come back."""
    sent = await client.get("/console/sso", params={"next": following})
    assert sent.headers["location"].startswith(f"{provider.issuer}/authorize?")
    code, state = provider.authorize(sent.headers["location"])
    answer = {"code": code, "state": state, **changes}
    return await client.get("/console/sso/back", params={k: v for k, v in answer.items() if v is not None})


def failed(answer):
    return answer.headers["location"] == "/console/sign-in?said=sso-failed"


async def test_a_person_known_at_the_provider_signs_in_without_a_password(client, joined):
    assert "/console/sso?next=" in (await client.get("/console/sign-in")).text
    answer = await go(client, joined, "/console/clients")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/clients")
    assert "王小二" in (await client.get("/console/catalogue")).text
    answer = await go(client, joined, "https://evil.example", iss=joined.issuer)
    assert answer.headers["location"] == "/console"
    assert "没有恢复码" in (await client.get("/console/recovery-codes")).text


async def test_taking_up_an_invitation_through_the_provider_is_an_event_that_agrees_with_the_person(
    gateway, client, joined
):
    await invited(gateway, "hong", "auditor", oidc_subject="u-3")
    joined.claims = {"sub": "u-3"}
    for _ in range(2):
        assert not failed(await go(client, joined))
    async with gateway.units.begin("test.sso", at_this_machine()) as work:
        query = text("SELECT type, outcome FROM audit_event WHERE actor = 'person:hong' ORDER BY event_id")
        found = [tuple(row) for row in await work.session.execute(query)]
    signed_in = ("person.signed_in", "sso")
    assert found == [("person.enrolled", "active"), signed_in, signed_in]
    async with gateway.units.begin("test.differences", at_this_machine()) as work:
        assert (await check_stored(work, lambda _done, _all: None, tree=False)).findings.told == []


@pytest.mark.parametrize("claims", [
    {"sub": "u-2"}, {"sub": None}, {"sub": 7}, {"iss": "https://other.example"}, {"aud": "other"},
    {"aud": ["xinqiao", "other"]}, {"azp": "other"}, {"exp": 1}, {"exp": None}, {"iat": None}, {"iat": 1},
    {"nonce": "other"}, {"nonce": None},
])  # fmt: skip
async def test_an_identity_that_is_not_for_this_sign_in_is_not_believed(client, joined, claims):
    joined.claims = claims
    answer = await go(client, joined)
    assert failed(answer)
    assert (await client.get("/console/catalogue")).status_code == 303


@pytest.mark.parametrize("kind", ["another key", "none", "HS256"])
async def test_an_identity_that_the_provider_did_not_sign_is_not_believed(client, joined, kind):
    joined.key = {"another key": STRANGER, "none": KEY, "HS256": OctKey.generate_key(256)}[kind]
    joined.alg = {"another key": "RS256", "none": "none", "HS256": "HS256"}[kind]
    assert failed(await go(client, joined))


@pytest.mark.parametrize("changes", [
    {"state": "other"}, {"state": None}, {"code": None, "error": "access_denied"}, {"code": "unknown"},
    {"iss": "https://other.example"},
])  # fmt: skip
async def test_an_answer_to_another_question_is_not_taken(client, joined, changes):
    assert failed(await go(client, joined, **changes))


async def test_the_answer_is_taken_in_the_browser_that_asked_and_once(client, joined):
    sent = await client.get("/console/sso")
    code, state = joined.authorize(sent.headers["location"])
    kept = client.cookies["xinqiao-sso"]
    client.cookies.clear()
    for cookie in (None, "x", kept[:-8] + "AAAAAAAA"):
        headers = {"Cookie": f"xinqiao-sso={cookie}"} if cookie else {}
        answer = await client.get("/console/sso/back", params={"code": code, "state": state}, headers=headers)
        assert failed(answer)
    headers = {"Cookie": f"xinqiao-sso={kept}"}
    for wanted in (False, True):
        answer = await client.get("/console/sso/back", params={"code": code, "state": state}, headers=headers)
        assert failed(answer) == wanted


@pytest.mark.parametrize("place", ["/.well-known/openid-configuration", "/jwks"])
async def test_a_provider_that_is_broken_is_told_and_nobody_is_let_in(client, joined, place):
    if place == "/jwks":
        sent = await client.get("/console/sso")
        code, state = joined.authorize(sent.headers["location"])
        joined.broken = place
        answer = await client.get("/console/sso/back", params={"code": code, "state": state})
    else:
        joined.broken = place
        answer = await client.get("/console/sso")
    assert failed(answer)
    assert "没有成功" in (await client.get(answer.headers["location"])).text
