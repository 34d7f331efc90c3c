"""Clients for tests: registered with a key of their own, signing their own assertions."""

import json
import time
from uuid import uuid4

import httpx
from joserfc import jws, jwt
from joserfc.jwk import ECKey

from gateway.admin.action import means_of
from gateway.admin.changes import ask_change
from gateway.identity.clients.owners import OWNED
from gateway.identity.clients.registry import add_client, add_institution
from gateway.identity.clients.standing import change_standing
from gateway.identity.tokens.dpop import token_hash
from gateway.people.invitations import invite
from signing.keys import SigningKey, generate_key, public_jwk
from tests.actors import OPERATOR

REGISTRY = jws.JWSRegistry(
    algorithms=["ES256", "Ed25519", "EdDSA", "PS256", "RS256", "HS256", "none"], strict_check_header=False
)
REGISTRY.max_header_length = 8192
PROOF_KEY = ECKey.generate_key("P-256")
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


async def register(
    gateway, client_id: str, kind: str, institution_id: str | None = None, alg="ES256", subject: str | None = None
) -> SigningKey:
    """Register a client, and its institution or person if need be, and return its private key."""
    from gateway.identity.tables import Institution

    key = generate_key(alg)
    async with gateway.units.begin("test.register", OPERATOR) as work:
        if institution_id and await work.session.get(Institution, institution_id) is None:
            await add_institution(work, institution_id=institution_id, name="测试银行", kind="bank")
        if kind in OWNED:
            await invite(work, person_id=client_id, name=client_id, role=kind)
        await add_client(
            work, client_id=client_id, kind=kind, jwk=public_jwk(key), institution_id=institution_id, subject=subject
        )
    return key


def assertion(key: SigningKey, client_id: str, issuer: str, header=None, **claims) -> str:
    """Sign a client assertion; a claim or header given as None is left out."""
    now = int(time.time())
    body = {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer,
        "iat": now,
        "exp": now + 60,
        "jti": str(uuid4()),
        **claims,
    }
    head = {"alg": key.alg, "kid": key.kid, **(header or {})}
    head, body = ({k: v for k, v in part.items() if v is not None} for part in (head, body))
    return jwt.encode(head, body, key.jwk, registry=REGISTRY)


def form(signed: str, **more) -> dict[str, str]:
    """Fill in a token request."""
    return {"grant_type": "client_credentials", "client_assertion_type": TYPE, "client_assertion": signed, **more}


def proof(url: str, method="POST", token: str | None = None, key=PROOF_KEY, header=None, alg="ES256", **claims) -> str:
    """Sign a DPoP proof; a claim or header given as None is left out."""
    body = {"jti": str(uuid4()), "htm": method, "htu": url, "iat": int(time.time()), **claims}
    if token is not None:
        body = {"ath": token_hash(token), **body}
    head = {"alg": alg, "typ": "dpop+jwt", "jwk": key.as_dict(private=False), **(header or {})}
    head, body = ({k: v for k, v in part.items() if v is not None} for part in (head, body))
    return jws.serialize_compact(head, json.dumps(body), key, registry=REGISTRY)


async def add_proof(request: httpx.Request) -> None:
    """Prove possession for a request that carries a bound token and no proof yet."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme == "DPoP" and "dpop" not in request.headers:
        url = str(request.url.copy_with(query=None))
        request.headers["DPoP"] = proof(url, request.method, token)


async def ask_token(client, signed: str, headers=None, **more):
    """Post a token request with a proof, or with the headers given."""
    headers = (
        {"DPoP": proof(f"{client.base_url}/oauth/token".replace("//oauth", "/oauth"))} if headers is None else headers
    )
    return await client.post("/oauth/token", data=form(signed, **more), headers=headers)


async def login(client, key: SigningKey, client_id: str, issuer: str, **more) -> dict[str, str]:
    """Log in and return the headers that say so; the client adds the proofs."""
    answer = await ask_token(client, assertion(key, client_id, issuer), **more)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"DPoP {answer.json()['access_token']}"}


async def asked(gateway, action, actor=OPERATOR):
    """Ask for a change, as the administration's route does."""
    async with gateway.units.begin("change.ask", actor) as work:
        change = await ask_change(work, means_of(gateway.settings, gateway.protector), action)
    gateway.access.expire()
    return change


async def change(gateway, whose: str, how: str) -> str:
    """Suspend, resume or close, as the operator's command does."""
    async with gateway.units.begin("test.standing", OPERATOR) as work:
        status = await change_standing(work, whose=whose, change=how, reason="test")
    gateway.access.expire()
    return status
