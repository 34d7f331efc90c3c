"""Access tokens: JWTs of RFC 9068, bound to a key, made and read here alone."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import msgspec

from gateway.identity.tokens.binding import Binding
from gateway.runtime.keystore import KeyStore
from signing.errors import SignatureError
from signing.jws import sign_jws, verify_jws

TYPE = "at+jwt"
LARGEST = 4096


class TokenError(Exception):
    """The token is not one of this issuer, for this service, alive; the text says which."""


@dataclass(frozen=True)
class AccessToken:
    """What a token says. `institution` for accounts and staff, `subject` for signatories, `person` where one acts.

    Where an intermediary's client acts in the name of an `account`, `institution` is the account's.
    """

    jti: UUID
    client_id: str
    kind: str
    scopes: frozenset[str]
    confirmation: tuple[str, str]
    issued: int
    ends: int
    institution: str | None = None
    subject: str | None = None
    person: str | None = None
    account: str | None = None
    intermediary: str | None = None


@dataclass(frozen=True)
class Grant:
    """What a token is to say, before it has a lifetime and a key."""

    client_id: str
    kind: str
    scope: str
    institution: str | None
    subject: str | None
    person: str | None = None
    account: str | None = None
    intermediary: str | None = None


def mint(grant: Grant, binding: Binding, keys: KeyStore, issuer: str, at: int, life: int) -> tuple[str, AccessToken]:
    """Sign a token living `life` seconds from `at`; return it with what it says.

    Who acts in another's name stands in `act` (RFC 8693 4.1).
    """
    act = {"sub": grant.client_id, "institution": grant.intermediary} if grant.account else None
    extra = {"institution": grant.institution, "enterprise": grant.subject, "act": act}
    jti = uuid4()
    claims = {
        "iss": issuer, "sub": grant.account or grant.person or grant.client_id, "client_id": grant.client_id,
        "aud": issuer, "iat": at, "exp": at + life, "jti": str(jti), "scope": grant.scope, "kind": grant.kind,
        "cnf": binding.cnf,
        **{name: value for name, value in extra.items() if value is not None},
    }  # fmt: skip
    said = AccessToken(
        jti, grant.client_id, grant.kind, frozenset(grant.scope.split()), (binding.method, binding.thumbprint), at,
        at + life, grant.institution, grant.subject, grant.person, grant.account, grant.intermediary,
    )  # fmt: skip
    return sign_jws(claims, keys.signing("token"), TYPE), said


def read(token: str, keys: KeyStore, issuer: str, now: float) -> AccessToken:
    """Verify a token of this issuer for this service. Raises TokenError."""
    if not 0 < len(token) <= LARGEST:
        raise TokenError("访问令牌为空或过长 The access token is empty or too large.")
    try:
        claims = verify_jws(token, keys.publics("token"), TYPE)
        said = _said(claims)
    except (SignatureError, UnicodeError, msgspec.ValidationError) as fault:
        raise TokenError(
            "访问令牌不是本平台签发的，或被改动 The access token is not one of this issuer, or was changed."
        ) from fault
    if (claims["iss"], claims["aud"]) != (issuer, issuer):
        raise TokenError("访问令牌用于另一服务 The access token is for another service.")
    if said.ends <= now:
        raise TokenError("访问令牌已过期，请重新获取 The access token has expired: get a new one.")
    return said


class _Claims(msgspec.Struct):
    """The shape of the claims that are read."""

    iss: str
    aud: str
    sub: str
    client_id: str
    kind: str
    scope: str
    jti: UUID
    iat: int
    exp: int
    cnf: dict[str, str]
    institution: str | None = None
    enterprise: str | None = None
    act: dict[str, str] | None = None


def _said(payload: dict[str, object]) -> AccessToken:
    claims = msgspec.convert(payload, _Claims)
    confirmation = next(iter(claims.cnf.items()), ("", ""))
    account = claims.sub if claims.act else None
    person = claims.sub if claims.sub not in {claims.client_id, account} else None
    intermediary = claims.act["institution"] if claims.act else None
    return AccessToken(
        claims.jti, claims.client_id, claims.kind, frozenset(claims.scope.split()), confirmation, claims.iat,
        claims.exp, claims.institution, claims.enterprise, person, account, intermediary,
    )  # fmt: skip
