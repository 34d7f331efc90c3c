"""Proofs of possession: what RFC 9449 and the FAPI 2.0 suite refuse, at the token endpoint and at a resource."""

import asyncio
import base64
import json
import time
import warnings
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from gateway.identity.tokens.dpop import ProofError, read_proof
from gateway.identity.tokens.replay import ReplayWindow
from tests.identities import PROOF_KEY, ask_token, assertion, login, proof, register

TOKEN_URL = "http://127.0.0.1:8000/oauth/token"
QUOTA_URL = "http://127.0.0.1:8000/v1/quota"
OTHER = ECKey.generate_key("P-256")
P384 = ECKey.generate_key("P-384")
RSA = RSAKey.generate_key(3072)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    SMALL = RSAKey.generate_key(1024)
NOW = int(time.time())


@pytest.fixture(scope="module")
async def bank(gateway):
    return await register(gateway, "bank-1", "account", "bank")


@pytest.fixture
async def token(client, bank, gateway):
    headers = await login(client, bank, "bank-1", gateway.settings.issuer)
    return headers["Authorization"].removeprefix("DPoP ")


def flipped(signed):
    return signed[:-10] + ("A" if signed[-10] != "A" else "B") + signed[-9:]


def public(key, **more):
    return {**key.as_dict(private=False), **more}


# What is wrong with a proof, wherever it is sent (oauth.md 8: 34 to 44).
WRONG = {
    "not a JWT": lambda url, method, token: "x",
    "binary": lambda url, method, token: "é.é.é".encode(),
    "huge": lambda url, method, token: "x" * 9000,
    "typ missing": lambda *where: made(*where, header={"typ": None}),
    "typ of another kind": lambda *where: made(*where, header={"typ": "JWT"}),
    "alg missing": lambda *where: flipped_header(made(*where), "alg"),
    "alg none": lambda *where: flipped_header(made(*where), "alg", "none"),
    "alg HS256": lambda *where: made(*where, key=OctKey.generate_key(256), alg="HS256", header={"jwk": public(OTHER)}),
    "alg RS256": lambda *where: made(*where, key=RSA, alg="RS256"),
    "RSA of 1024 bits": lambda *where: made(*where, key=SMALL, alg="PS256"),
    "another curve": lambda *where: flipped_header(made(*where), "jwk", public(P384)),
    "jwk missing": lambda *where: made(*where, header={"jwk": None}),
    "jwk a text": lambda *where: flipped_header(made(*where), "jwk", "key"),
    "jwk symmetric": lambda *where: made(*where, header={"jwk": {"kty": "oct", "k": "AAAA"}}),
    "jwk private": lambda *where: made(*where, header={"jwk": PROOF_KEY.as_dict(private=True)}),
    "jwk off the curve": lambda *where: made(*where, header={"jwk": public(PROOF_KEY, x="AA", y="AA")}),
    "another key's signature": lambda *where: made(*where, key=OTHER, header={"jwk": public(PROOF_KEY)}),
    "flipped": lambda *where: flipped(made(*where)),
    "crit": lambda *where: flipped_header(made(*where), "crit", ["exp"]),
    "jti missing": lambda *where: made(*where, jti=None),
    "jti a number": lambda *where: made(*where, jti=7),
    "jti endless": lambda *where: made(*where, jti="x" * 300),
    "htm missing": lambda *where: made(*where, htm=None),
    "htm of another method": lambda *where: made(*where, htm="PUT"),
    "htm in lower case": lambda url, method, token: made(url, method, token, htm=method.lower()),
    "htu missing": lambda *where: made(*where, htu=None),
    "htu of another path": lambda *where: made(*where, htu="http://127.0.0.1:8000/v1/other"),
    "htu of another host": lambda url, *where: made(url, *where, htu=url.replace("127.0.0.1", "localhost")),
    "htu of another port": lambda url, *where: made(url, *where, htu=url.replace("8000", "8001")),
    "htu no URL": lambda *where: made(*where, htu="http://[half"),
    "htu a list": lambda url, *where: made(url, *where, htu=[url]),
    "iat missing": lambda *where: made(*where, iat=None),
    "iat a text": lambda *where: made(*where, iat=str(NOW)),
    "iat true": lambda *where: made(*where, iat=True),
    "iat an hour ahead": lambda *where: made(*where, iat=NOW + 3600),
    "iat an hour ago": lambda *where: made(*where, iat=NOW - 3600),
}


def made(url, method, token, **more):
    return proof(url, method, token, **more)


def flipped_header(signed, name, value=None):
    """Change a header member and keep the signature: refused before it is looked at."""
    head, body, signature = signed.split(".")
    members = json.loads(base64.urlsafe_b64decode(head + "=="))
    members[name] = value
    members = {key: member for key, member in members.items() if member is not None}
    return f"{base64.urlsafe_b64encode(json.dumps(members).encode()).decode().rstrip('=')}.{body}.{signature}"


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_wrong_proof_gets_no_token(client, bank, gateway, wrong):
    headers = {"DPoP": WRONG[wrong](TOKEN_URL, "POST", None)}
    answer = await ask_token(client, assertion(bank, "bank-1", gateway.settings.issuer), headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    assert answer.json()["error_description"]


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_wrong_proof_opens_no_resource(client, token, wrong):
    headers = {"Authorization": f"DPoP {token}", "DPoP": WRONG[wrong](QUOTA_URL, "GET", token)}
    assert_refused(await client.get("/v1/quota", headers=headers), "invalid_dpop_proof")


def assert_refused(answer, error):
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith(f'DPoP error="{error}", algs="')
    assert "ES256 Ed25519 EdDSA PS256" in answer.headers["www-authenticate"]


AT_A_RESOURCE = {
    "no proof": lambda token: [],
    "two proofs": lambda token: [proof(QUOTA_URL, "GET", token), proof(QUOTA_URL, "GET", token)],
    "no ath": lambda token: [proof(QUOTA_URL, "GET")],
    "ath of another token": lambda token: [proof(QUOTA_URL, "GET", token + "x")],
    "the token endpoint's": lambda token: [proof(TOKEN_URL, "POST")],
}


@pytest.mark.parametrize("case", AT_A_RESOURCE)
async def test_a_token_without_its_own_proof_opens_nothing(client, token, case):
    client.event_hooks = {"request": []}
    headers = [("Authorization", f"DPoP {token}"), *(("DPoP", text) for text in AT_A_RESOURCE[case](token))]
    assert_refused(await client.get("/v1/quota", headers=headers), "invalid_dpop_proof")


async def test_a_stolen_token_is_worth_nothing_without_its_key(client, token):
    headers = {"Authorization": f"DPoP {token}", "DPoP": proof(QUOTA_URL, "GET", token, key=OTHER)}
    assert_refused(await client.get("/v1/quota", headers=headers), "invalid_token")
    for with_proof in (True, False):
        sent = {"Authorization": f"Bearer {token}"}
        if with_proof:
            sent["DPoP"] = proof(QUOTA_URL, "GET", token)
        assert_refused(await client.get("/v1/quota", headers=sent), "invalid_token")


async def test_no_token_is_told_no_error(client):
    answer = await client.get("/v1/quota")
    assert (answer.status_code, "error" in answer.headers["www-authenticate"]) == (401, False)


async def test_a_token_request_without_a_proof_is_refused_after_the_client_is_known(client, bank, gateway):
    issuer = gateway.settings.issuer
    answer = await ask_token(client, assertion(bank, "bank-1", issuer), {})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    answer = await ask_token(client, assertion(bank, "bank-1", "https://other.example"), {})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


MUST_PASS = {
    "query and fragment": lambda url: {"htu": f"{url}?a=1#b"},
    "upper-case host and scheme": lambda url: {"htu": url.replace("http://127", "HTTP://127")},
    "ten seconds ahead": lambda url: {"iat": int(time.time()) + 10},
    "ten seconds late": lambda url: {"iat": int(time.time()) - 10},
    "nbf and exp": lambda url: {"nbf": int(time.time()), "exp": int(time.time()) + 60},
    "extra claims": lambda url: {"x": {"y": 1}},
    "extra header": lambda url: {"header": {"x": 1}},
}


@pytest.mark.parametrize("case", MUST_PASS)
async def test_what_is_unusual_and_allowed_passes(client, bank, gateway, token, case):
    headers = {"DPoP": proof(TOKEN_URL, **MUST_PASS[case](TOKEN_URL))}
    answer = await ask_token(client, assertion(bank, "bank-1", gateway.settings.issuer), headers)
    assert answer.status_code == 200, answer.text
    headers = {"Authorization": f"dpop {token}", "DPoP": proof(QUOTA_URL, "GET", token, **MUST_PASS[case](QUOTA_URL))}
    assert (await client.get("/v1/quota", headers=headers)).status_code == 200


@pytest.mark.parametrize(("key", "alg"), [(RSA, "PS256"), (OKPKey.generate_key("Ed25519"), "Ed25519"),
                                          (OKPKey.generate_key("Ed25519"), "EdDSA")])  # fmt: skip
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
async def test_keys_of_every_suite_prove(client, bank, gateway, key, alg):
    headers = {"DPoP": proof(TOKEN_URL, key=key, alg=alg)}
    answer = await ask_token(client, assertion(bank, "bank-1", gateway.settings.issuer), headers)
    token = answer.json()["access_token"]
    sent = {"Authorization": f"DPoP {token}", "DPoP": proof(QUOTA_URL, "GET", token, key=key, alg=alg)}
    assert (await client.get("/v1/quota", headers=sent)).status_code == 200


def test_default_ports_are_no_difference():
    where = {"method": "GET", "now": time.time()}
    for htu, url in (
        ("https://h.example:443/a", "https://h.example/a"),
        ("http://H.example/a", "http://h.example:80/a"),
    ):
        assert read_proof(proof(htu, "GET"), url=url, **where).jti


async def test_thirty_uses_of_one_proof_at_once_are_one(client, bank, gateway, token):
    issuer = gateway.settings.issuer
    at_login = {"DPoP": proof(TOKEN_URL)}
    answers = await asyncio.gather(*(ask_token(client, assertion(bank, "bank-1", issuer), at_login) for _ in range(30)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 29
    sent = {"Authorization": f"DPoP {token}", "DPoP": proof(QUOTA_URL, "GET", token)}
    answers = await asyncio.gather(*(client.get("/v1/quota", headers=sent) for _ in range(30)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 29


async def test_a_nonce_is_asked_for_where_the_operator_wants_one(client, bank, gateway, monkeypatch):
    monkeypatch.setitem(gateway.settings.__dict__, "dpop_nonce", True)
    issuer = gateway.settings.issuer
    answer = await ask_token(client, assertion(bank, "bank-1", issuer))
    assert (answer.status_code, answer.json()["error"]) == (400, "use_dpop_nonce")
    nonce = answer.headers["dpop-nonce"]
    for wrong in ("", "x", nonce[:-1] + "é", 7):
        answer = await ask_token(client, assertion(bank, "bank-1", issuer), {"DPoP": proof(TOKEN_URL, nonce=wrong)})
        assert answer.json()["error"] == "use_dpop_nonce"
    answer = await ask_token(client, assertion(bank, "bank-1", issuer), {"DPoP": proof(TOKEN_URL, nonce=nonce)})
    token = answer.json()["access_token"]
    sent = {"Authorization": f"DPoP {token}", "DPoP": proof(QUOTA_URL, "GET", token)}
    refused = await client.get("/v1/quota", headers=sent)
    assert_refused(refused, "use_dpop_nonce")
    sent["DPoP"] = proof(QUOTA_URL, "GET", token, nonce=refused.headers["dpop-nonce"])
    assert (await client.get("/v1/quota", headers=sent)).status_code == 200
    now = time.time()
    assert not gateway.issuer.nonces.good(gateway.issuer.nonces.make(now), now + 300)


@given(st.text(max_size=200) | st.from_regex(r"[\w-]{1,40}\.[\w-]{1,40}\.[\w-]{0,40}"))
def test_no_text_is_a_proof_or_a_fault(text):
    with pytest.raises(ProofError):
        read_proof(text, method="GET", url=QUOTA_URL, now=0.0)


def test_the_replay_window_forgets_what_has_ended_and_refuses_when_full(monkeypatch):
    window = ReplayWindow()
    assert window.first("a", 10.0, 0.0)
    assert not window.first("a", 10.0, 9.0)
    assert window.first("b", 12.0, 11.0)
    assert window.first("a", 20.0, 11.0)
    monkeypatch.setattr("gateway.identity.tokens.replay.LARGEST", 2)
    assert not window.first(str(uuid4()), 30.0, 11.5)
    assert window.first("c", 30.0, 12.5)
