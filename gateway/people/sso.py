"""Signing in through the organisation's own identity provider (OpenID Connect Core 3.1), on Authlib's client.

What has to be remembered between the two halves goes with the browser, sealed: state, nonce, PKCE verifier, way back.
"""

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlmodel import col, select

from gateway.people.signin import record_sign_in
from gateway.people.tables import Person
from gateway.runtime import clock
from gateway.runtime.errors import GatewayError
from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitOfWork
from signing.errors import SealError
from signing.sealing import seal, unseal

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import AsyncOAuth2Client

LIFE_SECONDS = 600
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]  # a provider's own choice; never none, never shared keys
_SEALED_FOR = b"sso"


class SsoError(GatewayError):
    """The sign-in did not come about; the text is for the log, not for the browser."""


@dataclass(frozen=True)
class Provider:
    """The identity provider as this instance knows it, how to reach it, and what seals the browser's part."""

    settings: Settings
    http: httpx.AsyncClient
    kek: bytes

    def client(self) -> "AsyncOAuth2Client":
        """Return us as its client."""
        from authlib.integrations.httpx_client import AsyncOAuth2Client

        secret = self.settings.oidc_client_secret
        return AsyncOAuth2Client(
            self.settings.oidc_client_id, secret.get_secret_value() if secret else None, scope="openid",
            redirect_uri=f"{self.settings.issuer}/console/sso/back", code_challenge_method="S256", timeout=10,
        )  # fmt: skip

    async def discover(self) -> dict[str, str]:
        """Return where its endpoints are. Raises SsoError."""
        issuer = self.settings.oidc_issuer
        if not issuer:
            raise SsoError("未设置统一登录 no provider is set")
        try:
            answer = await self.http.get(f"{issuer}/.well-known/openid-configuration")
            found: dict[str, str] = answer.raise_for_status().json()
            if found["issuer"] != issuer:
                raise SsoError("统一登录的名称与设置不符 the provider calls itself something else")
            return {name: found[name] for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as fault:
            raise SsoError(f"统一登录没有答复 the provider does not answer: {type(fault).__name__}") from fault


@dataclass(frozen=True)
class SignInRequest:
    """What was asked of the provider, and where the person wanted to go."""

    state: str
    nonce: str
    verifier: str
    following: str
    began: float


async def begin(provider: Provider, following: str) -> tuple[str, str]:
    """Return the provider's address to go to, and the sealed request for the browser to keep. Raises SsoError."""
    from authlib.common.security import generate_token

    places = await provider.discover()
    asked = SignInRequest(
        secrets.token_urlsafe(24), secrets.token_urlsafe(24), generate_token(64), following, clock.now().timestamp()
    )
    async with provider.client() as client:
        address, _ = client.create_authorization_url(
            places["authorization_endpoint"], state=asked.state, nonce=asked.nonce, code_verifier=asked.verifier
        )
    sealed = seal(provider.kek, json.dumps(asdict(asked)).encode(), _SEALED_FOR)
    return str(address), base64.urlsafe_b64encode(sealed).decode()


async def finish(provider: Provider, sealed: str, answer: dict[str, str]) -> tuple[str, str]:
    """Return the subject the provider vouches for, and where the person wanted to go. Raises SsoError."""
    from authlib.integrations.base_client import OAuthError

    asked, now, issuer = _open(provider.kek, sealed), clock.now().timestamp(), provider.settings.oidc_issuer
    if now - asked.began > LIFE_SECONDS:
        raise SsoError("登录已超时 too old")
    if not secrets.compare_digest(answer.get("state", "").encode(), asked.state.encode()):
        raise SsoError("是另一次登录的状态 state of another sign-in")
    if answer.get("iss", issuer) != issuer:
        raise SsoError("是另一提供方的答复 answer of another provider")
    if "code" not in answer:
        raise SsoError("统一登录已拒绝 the provider refused")
    places = await provider.discover()
    try:
        async with provider.client() as client:
            token = await client.fetch_token(
                places["token_endpoint"], code=answer["code"], code_verifier=asked.verifier,
                grant_type="authorization_code",
            )  # fmt: skip
        jwks = (await provider.http.get(places["jwks_uri"])).raise_for_status().json()
        read = jwt.decode(str(token.get("id_token")), KeySet.import_key_set(jwks), algorithms=ALGORITHMS)
    except (httpx.HTTPError, OAuthError, JoseError, ValueError, KeyError) as fault:
        raise SsoError(f"统一登录没有给出身份 no identity from the provider: {type(fault).__name__}") from fault
    return _subject(provider.settings, read.claims, asked, now), asked.following


async def find_person(work: UnitOfWork, subject: str) -> Person | None:
    """Return who this subject is here, with an event, and one more where this takes up an invitation.

    A stranger or somebody suspended is nobody.
    """
    query = select(Person).where(col(Person.oidc_subject) == subject).with_for_update()
    row = (await work.session.execute(query)).scalar_one_or_none()
    if row is None:
        return None
    if row.status == "suspended":
        await record_sign_in(work, row, "person.sign_in_refused", "suspended")
        return None
    if row.status == "invited":
        row.status, row.invitation, row.invited_until = "active", None, None
        await record_sign_in(work, row, "person.enrolled", "active")
    await record_sign_in(work, row, "person.signed_in", "sso")
    return row


def _subject(settings: Settings, claims: dict[str, Any], asked: SignInRequest, now: float) -> str:
    """Check an ID token's claims (OpenID Connect Core 3.1.3.7) and return its subject."""
    audience = claims.get("aud")
    ends, issued = claims.get("exp"), claims.get("iat")
    sound = (
        claims.get("iss") == settings.oidc_issuer
        and audience in (settings.oidc_client_id, [settings.oidc_client_id])
        and claims.get("azp", settings.oidc_client_id) == settings.oidc_client_id
        and isinstance(ends, int)
        and ends > now
        and isinstance(issued, int)
        and abs(now - issued) < LIFE_SECONDS
        and secrets.compare_digest(str(claims.get("nonce")).encode(), asked.nonce.encode())
        and isinstance(claims.get("sub"), str)
    )
    if not sound:
        raise SsoError("身份令牌不是本次登录的 the ID token is not for this sign-in")
    return str(claims["sub"])


def _open(kek: bytes, sealed: str) -> SignInRequest:
    try:
        return SignInRequest(**json.loads(unseal(kek, base64.urlsafe_b64decode(sealed), _SEALED_FOR)))
    except (SealError, ValueError, TypeError) as fault:
        raise SsoError("此浏览器没有开始登录 no sign-in was begun in this browser") from fault
