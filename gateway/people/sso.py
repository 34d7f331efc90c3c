"""Signing in through the organisation's own identity provider (OpenID Connect Core 3.1), on Authlib's client.

What has to be remembered between the two halves goes with the browser, sealed: state, nonce, PKCE verifier, way back.
"""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from audit.events import Event
from gateway.gateway import Gateway
from gateway.people.roles import actor_of
from gateway.people.tables import Person
from gateway.runtime.errors import GatewayError
from signing.errors import SealError
from signing.sealing import seal, unseal

LIFE_SECONDS = 600
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]  # a provider's own choice; never none, never shared keys
_SEALED_FOR = b"sso"


class SsoError(GatewayError):
    """The sign-in did not come about; the text is for the log, not for the browser."""


@dataclass(frozen=True)
class Way:
    """What was asked of the provider, and where the person wanted to go."""

    state: str
    nonce: str
    verifier: str
    following: str
    began: float


async def begin(gateway: Gateway, following: str, now: datetime) -> tuple[str, str]:
    """Return the provider's address to go to, and the sealed way for the browser to keep. Raises SsoError."""
    provider = await _discover(gateway)
    way = Way(secrets.token_urlsafe(24), secrets.token_urlsafe(24), generate_token(64), following, now.timestamp())
    async with _client(gateway) as client:
        address, _ = client.create_authorization_url(
            provider["authorization_endpoint"], state=way.state, nonce=way.nonce, code_verifier=way.verifier
        )
    sealed = seal(gateway.keys.kek, json.dumps(way.__dict__).encode(), _SEALED_FOR)
    return str(address), base64.urlsafe_b64encode(sealed).decode()


async def finish(gateway: Gateway, kept: str, answer: dict[str, str], now: datetime) -> tuple[str, str]:
    """Return the subject the provider vouches for, and where the person wanted to go. Raises SsoError."""
    way = _open(gateway, kept)
    if now.timestamp() - way.began > LIFE_SECONDS:
        raise SsoError("too old")
    if not secrets.compare_digest(answer.get("state", "").encode(), way.state.encode()):
        raise SsoError("state of another sign-in")
    if answer.get("iss", gateway.settings.oidc_issuer) != gateway.settings.oidc_issuer:
        raise SsoError("answer of another provider")
    if "code" not in answer:
        raise SsoError("the provider refused")
    provider = await _discover(gateway)
    try:
        async with _client(gateway) as client:
            token = await client.fetch_token(
                provider["token_endpoint"], code=answer["code"], code_verifier=way.verifier,
                grant_type="authorization_code",
            )  # fmt: skip
        jwks = (await gateway.http.get(provider["jwks_uri"])).raise_for_status().json()
        read = jwt.decode(str(token.get("id_token")), KeySet.import_key_set(jwks), algorithms=ALGORITHMS)
    except (httpx.HTTPError, OAuthError, JoseError, ValueError, KeyError) as fault:
        raise SsoError(f"no identity from the provider: {type(fault).__name__}") from fault
    return _subject(gateway, read.claims, way, now.timestamp()), way.following


async def find_person(gateway: Gateway, session: AsyncSession, subject: str, now: datetime) -> Person | None:
    """Return who this subject is here, with an event; a stranger or somebody suspended is nobody."""
    query = select(Person).where(col(Person.oidc_subject) == subject).with_for_update()
    row = (await session.execute(query)).scalar_one_or_none()
    if row is None:
        return None
    if row.status == "suspended":
        event = Event("person.sign_in_refused", actor_of(row.person_id), outcome="suspended")
        await gateway.audit.record(session, event, now)
        return None
    row.status, row.invitation, row.invited_until = "active", None, None
    await gateway.audit.record(session, Event("person.signed_in", actor_of(row.person_id), outcome="sso"), now)
    await session.flush()
    return row


def _subject(gateway: Gateway, claims: dict[str, Any], way: Way, now: float) -> str:
    """Check an ID token's claims (OpenID Connect Core 3.1.3.7) and return its subject."""
    settings, audience = gateway.settings, claims.get("aud")
    ends, issued = claims.get("exp"), claims.get("iat")
    sound = (
        claims.get("iss") == settings.oidc_issuer
        and audience in (settings.oidc_client_id, [settings.oidc_client_id])
        and claims.get("azp", settings.oidc_client_id) == settings.oidc_client_id
        and isinstance(ends, int)
        and ends > now
        and isinstance(issued, int)
        and abs(now - issued) < LIFE_SECONDS
        and secrets.compare_digest(str(claims.get("nonce")).encode(), way.nonce.encode())
        and isinstance(claims.get("sub"), str)
    )
    if not sound:
        raise SsoError("the ID token is not for this sign-in")
    return str(claims["sub"])


def _open(gateway: Gateway, kept: str) -> Way:
    try:
        return Way(**json.loads(unseal(gateway.keys.kek, base64.urlsafe_b64decode(kept), _SEALED_FOR)))
    except (SealError, ValueError, TypeError) as fault:
        raise SsoError("no sign-in was begun in this browser") from fault


async def _discover(gateway: Gateway) -> dict[str, str]:
    issuer = gateway.settings.oidc_issuer
    if not issuer:
        raise SsoError("no provider is set")
    try:
        answer = await gateway.http.get(f"{issuer}/.well-known/openid-configuration")
        provider: dict[str, str] = answer.raise_for_status().json()
        if provider["issuer"] != issuer:
            raise SsoError("the provider calls itself something else")
        return {name: provider[name] for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as fault:
        raise SsoError(f"the provider does not answer: {type(fault).__name__}") from fault


def _client(gateway: Gateway) -> AsyncOAuth2Client:
    settings = gateway.settings
    secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
    return AsyncOAuth2Client(
        settings.oidc_client_id, secret, scope="openid", redirect_uri=f"{settings.issuer}/console/sso/back",
        code_challenge_method="S256", timeout=10,
    )  # fmt: skip
