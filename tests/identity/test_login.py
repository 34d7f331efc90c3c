"""Login: who gets a token, and every request that must be refused (the FAPI 2.0 suite's cases, by their subject)."""

import asyncio
import base64
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from joserfc.jwk import RSAKey

from gateway.identity.routes import build_metadata
from signing.jws import sign_jws, verify_jws
from signing.keys import SigningKey, generate_key
from tests.identities import ask_token, assertion, change, form, login, register

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
async def bank(gateway):
    return await register(gateway, "bank-1", "account", "bank")


@pytest.fixture(scope="module")
async def auditor(gateway):
    return await register(gateway, "auditor-1", "auditor", alg="Ed25519")


@pytest.fixture
def issuer(gateway):
    return gateway.settings.issuer


async def ask(client, signed, **more):
    return await ask_token(client, signed, **more)


async def test_a_signed_assertion_gets_a_token_that_anybody_can_verify(client, bank, issuer):
    answer = await ask(client, assertion(bank, "bank-1", issuer), scope="inquiries")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("DPoP", 300, "inquiries")
    assert "refresh_token" not in body
    metadata = (await client.get("/.well-known/oauth-authorization-server")).json()
    keys = (await client.get(metadata["jwks_uri"])).json()["keys"]
    assert all("d" not in key for key in keys)
    claims = verify_jws(body["access_token"], keys, "at+jwt")
    assert (claims["iss"], claims["aud"], claims["client_id"], claims["scope"]) == (
        issuer, issuer, "bank-1", "inquiries",
    )  # fmt: skip
    assert claims["exp"] - claims["iat"] == 300


def test_the_metadata_of_a_public_issuer_is_valid():
    metadata = build_metadata("https://credit.example")
    metadata.validate()


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": None},
        {"aud": "https://other.example"},
        {"aud": "http://127.0.0.1:8000/oauth/token"},
        {"aud": ["http://127.0.0.1:8000"]},
        {"sub": None},
        {"sub": 7},
        {"sub": "nobody"},
        {"sub": "bank\x00"},
        {"iss": None},
        {"iss": "auditor-1"},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": int(time.time()) - 300},
        {"exp": int(time.time()) + 4000},
        {"nbf": int(time.time()) + 3600},
        {"iat": int(time.time()) + 3600},
        {"jti": None},
        {"jti": 7},
        {"jti": ""},
        {"jti": "x" * 300},
    ],
)
async def test_an_assertion_with_a_wrong_claim_is_invalid_client(client, bank, issuer, claims):
    answer = await ask(client, assertion(bank, "bank-1", issuer, **claims))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_client"'
    assert answer.json()["error_description"]


async def test_a_clock_eight_seconds_ahead_is_accepted(client, bank, issuer):
    ahead = int(time.time()) + 8
    assert (await ask(client, assertion(bank, "bank-1", issuer, nbf=ahead, iat=ahead))).status_code == 200


def _encode(part):
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def _rsa():
    key = RSAKey.generate_key(2048)
    return SigningKey(key.thumbprint(), "RS256", key)


@pytest.mark.parametrize(
    "kind", ["RS256", "HS256", "none", "other key", "unknown kid", "no kid and flipped", "foreign"]
)
async def test_a_signature_that_is_not_the_clients_own_is_invalid_client(client, bank, auditor, issuer, kind):
    if kind == "RS256":
        signed = assertion(_rsa(), "bank-1", issuer, header={"kid": bank.kid})
    elif kind == "HS256":
        _, body, _ = assertion(bank, "bank-1", issuer).split(".")
        signed_part = f"{_encode(json.dumps({'alg': 'HS256', 'kid': bank.kid}).encode())}.{body}"
        secret = bank.jwk.as_pem(private=False)
        signed = f"{signed_part}.{_encode(hmac.digest(secret, signed_part.encode(), 'sha256'))}"
    elif kind == "none":
        _, body, _ = assertion(bank, "bank-1", issuer).split(".")
        signed = f"{_encode(json.dumps({'alg': 'none', 'kid': bank.kid}).encode())}.{body}."
    elif kind == "other key":
        other = generate_key("ES256")
        signed = assertion(other, "bank-1", issuer, header={"kid": bank.kid, "jwk": other.jwk.as_dict(private=False)})
    elif kind == "unknown kid":
        signed = assertion(bank, "bank-1", issuer, header={"kid": "unknown"})
    elif kind == "no kid and flipped":
        signed = assertion(bank, "bank-1", issuer, header={"kid": None})
        signed = signed[:-10] + ("A" if signed[-10] != "A" else "B") + signed[-9:]
    else:
        signed = assertion(auditor, "bank-1", issuer)
    answer = await ask(client, signed)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_nobody_learns_from_a_refusal_which_clients_there_are(client, bank, issuer):
    key = generate_key("ES256")
    forged = [
        assertion(key, who, issuer, header=header)
        for who in ("bank-1", "no-such-bank")
        for header in ({}, {"kid": None}, {"alg": "ES256", "kid": bank.kid})
    ]
    told = {((answer := await ask(client, one)).status_code, answer.text) for one in forged}
    assert len(told) == 1, told


@pytest.mark.parametrize("garbage", ["x", "a.b.c", "e30.e30.e30", "é.é.é", "x" * 20_000, "e30.W10.AAAA"])
async def test_what_is_no_jwt_is_invalid_client_and_never_a_fault(client, bank, garbage):
    answer = await ask(client, garbage)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_an_assertion_used_thirty_times_at_once_logs_in_once(client, bank, issuer):
    signed = assertion(bank, "bank-1", issuer)
    answers = await asyncio.gather(*(ask(client, signed) for _ in range(30)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 29


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": None}, "unsupported_grant_type"),
        ({"client_assertion_type": "other"}, "invalid_client"),
        ({"client_assertion": None}, "invalid_client"),
        ({"client_id": "auditor-1"}, "invalid_client"),
        ({"client_secret": "hush"}, "invalid_request"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"scope": "inquiries admin"}, "invalid_scope"),
    ],
)
async def test_a_request_that_is_not_as_documented_is_refused(client, bank, issuer, body, error):
    filled = {k: v for k, v in {**form(assertion(bank, "bank-1", issuer)), **body}.items() if v is not None}
    answer = await client.post("/oauth/token", data=filled)
    assert answer.status_code == (401 if error == "invalid_client" else 400)
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]


async def test_a_malformed_body_is_refused_and_never_a_fault(client, bank, issuer):
    filled = form(assertion(bank, "bank-1", issuer))
    twice = urlencode([*filled.items(), ("scope", "inquiries"), ("scope", "consents")])
    for content, headers in (
        (twice, FORM),
        (b"grant_type=\xff\xfe", FORM),
        (b"grant_type=%ff%fe", FORM),
        (b"a=1&" * 50, FORM),
        (b"a=" + b"x" * 3_000_000, FORM),
        (json.dumps(filled), {"Content-Type": "application/json"}),
    ):
        answer = await client.post("/oauth/token", content=content, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), content[:40]
    basic = {**FORM, "Authorization": "Basic YmFuay0xOmh1c2g="}
    answer = await client.post("/oauth/token", content=urlencode(filled), headers=basic)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert (await client.post("/oauth/token?scope=inquiries", data=filled)).status_code == 400
    assert (await client.get("/oauth/token")).status_code == 405


async def test_a_token_opens_its_own_scope_and_nothing_else(client, bank, auditor, issuer):
    as_auditor = await login(client, auditor, "auditor-1", issuer)
    as_bank = await login(client, bank, "bank-1", issuer)
    assert (await client.get("/v1/audit/entries", headers=as_auditor)).status_code == 200
    refused = await client.get("/v1/audit/entries", headers=as_bank)
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("/problems/insufficient-scope")


async def test_what_is_no_access_token_of_this_issuer_is_401(client, auditor, gateway, issuer):
    good = (await login(client, auditor, "auditor-1", issuer))["Authorization"][5:]
    key, now = gateway.keys.signing("token"), int(time.time())
    claims = {
        "iss": issuer, "aud": issuer, "client_id": "auditor-1", "sub": "auditor-1", "scope": "audit",
        "iat": now, "exp": now + 60, "jti": "1",
    }  # fmt: skip
    head, body, signature = good.split(".")
    tokens = [
        "",
        "x",
        f"{head}.{body}.{signature[:-8]}AAAAAAAA",
        assertion(auditor, "auditor-1", issuer),
        sign_jws(claims, key, "jwt"),
        sign_jws(claims, generate_key("ES256"), "at+jwt"),
        sign_jws({**claims, "exp": now - 1}, key, "at+jwt"),
        sign_jws({**claims, "aud": "https://other.example"}, key, "at+jwt"),
        sign_jws({**claims, "iss": "https://other.example"}, key, "at+jwt"),
        "x" * 5000,
    ]
    for token in tokens:
        answer = await client.get("/v1/audit/entries", headers={"Authorization": f"DPoP {token}"})
        assert (answer.status_code, answer.json()["title"]) == (401, "unauthenticated"), token[:30]
        assert answer.headers["www-authenticate"].startswith("DPoP")
    for headers in ({}, {"Authorization": f"Basic {good}"}, {"Authorization": good}):
        assert (await client.get("/v1/audit/entries", headers=headers)).status_code == 401
    assert (await client.get(f"/v1/audit/entries?access_token={good}")).status_code == 401


async def test_suspension_acts_on_the_next_request_and_on_the_next_login(client, gateway, issuer):
    key = await register(gateway, "auditor-2", "auditor")
    headers = await login(client, key, "auditor-2", issuer)
    await change(gateway, "client:auditor-2", "suspend")
    assert (await client.get("/v1/audit/entries", headers=headers)).status_code == 403
    again = await ask(client, assertion(key, "auditor-2", issuer))
    assert (again.status_code, again.json()["error"]) == (400, "unauthorized_client")


async def test_a_suspended_institution_takes_its_accounts_along(client, gateway, issuer):
    key = await register(gateway, "lender-1", "account", "lender")
    await change(gateway, "institution:lender", "suspend")
    answer = await ask(client, assertion(key, "lender-1", issuer))
    assert (answer.status_code, answer.json()["error_uri"]) == (400, f"{issuer}/problems/institution-suspended")


async def test_logins_and_refusals_stand_in_the_log_where_the_client_itself_signed(client, gateway, issuer, auditor):
    key = await register(gateway, "bank-9", "account", "bank")
    await ask(client, assertion(key, "bank-9", issuer))
    await ask(client, assertion(key, "bank-9", "https://other.example"))
    await ask(client, assertion(key, "nobody", issuer))
    await ask(client, assertion(generate_key("ES256"), "bank-9", issuer, header={"kid": key.kid}))  # somebody else
    headers = await login(client, auditor, "auditor-1", issuer)
    found = (await client.get("/v1/audit/entries?account=bank-9", headers=headers)).json()["entries"]
    shown = [(entry["leaf"]["type"], entry["leaf"].get("outcome")) for entry in found]
    assert shown == [
        ("client.added", "active"), ("token.issued", "issued"), ("token.refused", "invalid_client"),
    ]  # fmt: skip
    reads = (await client.get("/v1/audit/entries?type=audit.read", headers=headers)).json()["entries"]
    assert reads[-1]["leaf"]["actor"] == "auditor-1"


async def test_the_auditor_pages_filters_and_is_told_what_is_wrong_with_a_query(client, auditor, issuer):
    headers = await login(client, auditor, "auditor-1", issuer)

    async def get(query):
        return await client.get(f"/v1/audit/entries?{query}", headers=headers)

    seen, after = [], ""
    until = urlencode({"until": datetime.now(UTC).isoformat()})
    while True:
        page = (await get(f"limit=2&{until}{after}")).json()
        seen += [entry["leaf"]["id"] for entry in page["entries"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == sorted(set(seen))
    assert len(seen) > 4
    later = urlencode({"since": (datetime.now(UTC) + timedelta(days=1)).isoformat()})
    assert (await get(later)).json() == {"entries": [], "next": None}
    for wrong in ("limit=0", "limit=501", "since=yesterday", "since=2026-01-01T00:00:00", "after=1", "colour=red",
                  "account=%00"):  # fmt: skip
        answer = await get(wrong)
        assert (answer.status_code, answer.json()["title"]) == (400, "invalid request"), wrong
        assert answer.json()["invalid_params"]
