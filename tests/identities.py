"""Clients for tests: registered with a key of their own, signing their own assertions."""

import time
from datetime import UTC, datetime
from uuid import uuid4

from joserfc import jws, jwt

from gateway.identity.registry import add_client, add_institution
from signing.keys import SigningKey, generate_key, public_jwk

REGISTRY = jws.JWSRegistry(algorithms=["ES256", "Ed25519", "EdDSA", "PS256", "RS256", "HS256", "none"])
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


async def register(
    gateway, client_id: str, kind: str, institution_id: str | None = None, alg="ES256", subject: str | None = None
) -> SigningKey:
    """Register a client, and its institution if need be, and return its private key."""
    from gateway.identity.tables import Institution

    key, now = generate_key(alg), datetime.now(UTC)
    async with gateway.database.begin("test.register") as session:
        if institution_id and await session.get(Institution, institution_id) is None:
            await add_institution(
                session,
                gateway.audit,
                actor="test",
                institution_id=institution_id,
                name="测试银行",
                kind="bank",
                now=now,
            )
        await add_client(
            session, gateway.audit, actor="test", client_id=client_id, kind=kind, jwk=public_jwk(key),
            institution_id=institution_id, subject=subject, now=now,
        )  # fmt: skip
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


async def login(client, key: SigningKey, client_id: str, issuer: str) -> dict[str, str]:
    """Log in and return the headers that say so."""
    answer = await client.post("/oauth/token", data=form(assertion(key, client_id, issuer)))
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
