"""The rest of the list of what must be refused: odd assertions, forged tokens, and what the metadata says."""

import base64
import hmac
import json
import time
from urllib.parse import urlencode

import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from joserfc.registry import HeaderParameter

from gateway.identity.routes import build_metadata
from signing.keys import generate_key
from tests.identities import TYPE, ask_token, assertion, form, login, proof, register

TOKEN_URL = "http://127.0.0.1:8000/oauth/token"


@pytest.fixture(scope="module")
async def bank(gateway):
    return await register(gateway, "bank-1", "account", "bank")


@pytest.fixture(scope="module")
async def other(gateway):
    return await register(gateway, "other-1", "account", "other")


@pytest.fixture
def issuer(gateway):
    return gateway.settings.issuer


def encode(part):
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode(part):
    return json.loads(base64.urlsafe_b64decode(part + "=="))


def critical(key, signed):
    """Sign the same claims under a header that calls an unknown extension critical."""
    registry = jws.JWSRegistry(header_registry={"x": HeaderParameter("x", "int")}, algorithms=["ES256"])
    header = {"alg": "ES256", "kid": key.kid, "crit": ["x"], "x": 1}
    return jws.serialize_compact(header, json.dumps(decode(signed.split(".")[1])), key.jwk, registry=registry)


ODD_ASSERTIONS = {
    "unknown crit": lambda bank, issuer: critical(bank, assertion(bank, "bank-1", issuer)),
    "exp NaN": lambda bank, issuer: assertion(bank, "bank-1", issuer, exp=float("nan")),
    "exp without end": lambda bank, issuer: assertion(bank, "bank-1", issuer, exp=float("inf")),
    "exp in ten years": lambda bank, issuer: assertion(bank, "bank-1", issuer, exp=int(time.time()) + 315_360_000),
    "300 kB": lambda bank, issuer: assertion(bank, "bank-1", issuer, x="y" * 300_000),
    "payload a list": lambda bank, issuer: ".".join(
        [assertion(bank, "bank-1", issuer).split(".")[0], encode([1]), assertion(bank, "bank-1", issuer).split(".")[2]]
    ),
    "binary": lambda bank, issuer: "\x00\x01.\x02.\x03",
    "jku of somebody else": lambda bank, issuer: assertion(
        generate_key("ES256"), "bank-1", issuer, header={"kid": bank.kid, "jku": "https://evil.example/keys"}
    ),
    "par endpoint as audience": lambda bank, issuer: assertion(bank, "bank-1", issuer, aud=f"{issuer}/oauth/par"),
}


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("odd", ODD_ASSERTIONS)
async def test_an_odd_assertion_is_invalid_client(client, bank, issuer, odd):
    answer = await client.post("/oauth/token", data=form(ODD_ASSERTIONS[odd](bank, issuer)))
    # One that is larger than a form may be is refused before it is looked at.
    expected = (400, "invalid_request") if odd == "300 kB" else (401, "invalid_client")
    assert (answer.status_code, answer.json()["error"]) == expected


async def test_an_access_token_is_no_assertion(client, bank, issuer):
    token = (await login(client, bank, "bank-1", issuer))["Authorization"].removeprefix("DPoP ")
    answer = await ask_token(client, token)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_another_clients_key_and_name_do_not_mix(client, bank, other, issuer):
    for signed in (assertion(other, "bank-1", issuer), assertion(bank, "other-1", issuer, header={"kid": other.kid})):
        answer = await ask_token(client, signed)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    answer = await ask_token(client, assertion(bank, "bank-1", issuer), client_id="other-1")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "more", [[("client_assertion", "x")], [("grant_type", "client_credentials")], [("client_assertion_type", TYPE)]]
)
async def test_a_repeated_parameter_is_refused(client, bank, issuer, more):
    pairs = [*form(assertion(bank, "bank-1", issuer)).items(), *more]
    headers = {"Content-Type": "application/x-www-form-urlencoded", "DPoP": proof(TOKEN_URL)}
    answer = await client.post("/oauth/token", content=urlencode(pairs), headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "grant", ["password", "refresh_token", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer"]
)
async def test_other_grants_do_not_exist(client, bank, issuer, grant):
    data = {**form(assertion(bank, "bank-1", issuer)), "grant_type": grant, "refresh_token": "x", "username": "x"}
    answer = await client.post("/oauth/token", data=data, headers={"DPoP": proof(TOKEN_URL)})
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


FORGERIES = ["payload changed", "none", "HS256 by public key", "own key under our kid", "embedded key", "typ missing"]


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forged_token_opens_nothing(client, gateway, bank, issuer, forgery):
    token = (await login(client, bank, "bank-1", issuer))["Authorization"].removeprefix("DPoP ")
    head, body, signature = token.split(".")
    header, claims = decode(head), decode(body)
    own = generate_key("ES256")
    if forgery == "payload changed":
        token = f"{head}.{encode({**claims, 'scope': 'admin'})}.{signature}"
    elif forgery == "none":
        token = f"{encode({**header, 'alg': 'none'})}.{body}."
    elif forgery == "HS256 by public key":
        pem = ECKey.import_key(dict(gateway.keys.public("token"))).as_pem(private=False)
        signed = f"{encode({**header, 'alg': 'HS256'})}.{body}"
        token = f"{signed}.{encode(hmac.digest(pem, signed.encode(), 'sha256'))}"
    else:
        more = {"embedded key": {"jwk": own.jwk.as_dict(private=False)}}.get(forgery, {})
        header = {**header, **more, **({"kid": own.kid} if forgery == "embedded key" else {})}
        if forgery == "typ missing":
            own = gateway.keys.signing("token")
            header = {name: value for name, value in header.items() if name != "typ"}
        token = jws.serialize_compact(header, json.dumps(claims), own.jwk, algorithms=["ES256"])
    answer = await client.get("/v1/quota", headers={"Authorization": f"DPoP {token}"})
    assert (answer.status_code, answer.json()["title"]) == (401, "unauthenticated")


def test_the_metadata_says_what_fapi_2_asks_for():
    told = build_metadata("https://credit.example")
    algorithms = {"ES256", "PS256", "Ed25519", "EdDSA"}
    for name in ("token_endpoint", "introspection_endpoint", "revocation_endpoint"):
        assert told[f"{name}_auth_methods_supported"] == ["private_key_jwt"]
        assert set(told[f"{name}_auth_signing_alg_values_supported"]) == algorithms
    assert set(told["dpop_signing_alg_values_supported"]) == algorithms
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["response_types_supported"] == ["code"]
    assert told["require_pushed_authorization_requests"] is True
    assert told["authorization_response_iss_parameter_supported"] is True
    assert told["tls_client_certificate_bound_access_tokens"] is True
    assert "client_credentials" in told["grant_types_supported"]
    assert all(told[name].startswith("https://credit.example/") for name in told if name.endswith("_endpoint"))
    told.validate()
