"""Client authentication with a signed assertion: private_key_jwt (RFC 7523) as FAPI 2.0 wants it.

Authlib's own check takes any recommended algorithm, an array as audience and a lifetime of years: refused here.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc7523 import JWTBearerClientAssertion

from gateway.identity.clients.registered import METHOD
from gateway.identity.tokens.marks import assertion_mark
from gateway.identity.tokens.oauth_errors import StoppedClientError, UnprovedClientError
from gateway.identity.tokens.stores import Store
from signing.compact import decode_segment, verifier_of
from signing.errors import SignatureError
from signing.jws import SUITES, Header, import_public, read_header

SKEW_SECONDS = 60
LONGEST_LIFE_SECONDS = 300
LARGEST_ASSERTION = 16 * 1024
# One text for all that is wrong before a client's own key has signed: nobody learns from it which clients there are.
_UNPROVED = (
    (
        "断言不是用此客户端登记的密钥签名的：请核对 sub、kid（有两把密钥时须写明）、"
        "alg（与密钥相符：PS256、ES256 或 Ed25519），并向平台核对客户端和密钥已登记。"
    ),
    (
        "The assertion is not signed with a key registered for this client: check sub, kid (needed where there are "
        "two keys), alg (the key's own: PS256, ES256 or Ed25519) and, with the operator, that client and key are "
        "registered."
    ),
)
_NO_JWT = ("断言不是 JWT。", "The assertion is not a JWT.")


@dataclass(frozen=True)
class Assertion:
    """An assertion taken apart: what it says is not verified yet."""

    header: Header
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def read_assertion(assertion: str) -> Assertion:
    """Take an assertion apart. Raises UnprovedClientError."""
    if len(assertion) > LARGEST_ASSERTION:
        raise UnprovedClientError("断言过大。", "The assertion is too large.")
    try:
        head, payload, signature = assertion.split(".")
        header, claims = read_header(head), json.loads(decode_segment(payload))
        signed = f"{head}.{payload}".encode("ascii")
        taken_apart = Assertion(header, claims, signed, decode_segment(signature))
    except (SignatureError, ValueError, RecursionError) as fault:
        raise UnprovedClientError(*_NO_JWT) from fault
    if not isinstance(claims, dict):
        raise UnprovedClientError(*_NO_JWT)
    return taken_apart


class PrivateKeyJwt(JWTBearerClientAssertion):  # type: ignore[misc]  # Authlib has no types
    """Authenticates a client by an assertion for this issuer, used once, living at most five minutes."""

    CLIENT_AUTH_METHOD = METHOD

    def __init__(self, store: Store, issuer: str, now: datetime) -> None:
        super().__init__()
        self._store, self._issuer, self._now = store, issuer, now

    def __call__(self, query_client: Any, request: Any) -> Any:  # noqa: ANN401 - Authlib's own objects
        """Authenticate, or return None where the request brings no assertion.

        Raises UnprovedClientError; StoppedClientError, which tells a client apart, only once its key has signed.
        """
        if request.assertion is None:
            return None
        claims, form = request.assertion.claims, request.form
        if form.get("client_id", claims.get("sub")) != claims.get("sub"):
            raise UnprovedClientError("client_id 与断言的 sub 不一致。", "client_id is not the sub of the assertion.")
        client = query_client(claims.get("sub")) if isinstance(claims.get("sub"), str) else None
        if client is None:
            raise UnprovedClientError(*_UNPROVED)
        self._verify(request.assertion, client.keys)
        request.client = client  # from here on the request is this client's, also if it is refused
        self._check_claims(claims, client.client_id)
        if client.stopped:
            raise StoppedClientError(self._issuer, client.stopped)
        return client

    def _verify(self, assertion: Assertion, registered: Sequence[Mapping[str, Any]]) -> None:
        keys = [jwk for jwk in registered if assertion.header.members.get("kid") in {None, jwk["kid"]}]
        if len(keys) != 1 or not assertion.header.understood:
            raise UnprovedClientError(*_UNPROVED)
        if assertion.header.members.get("alg") not in SUITES[keys[0]["kty"]]:
            raise UnprovedClientError(*_UNPROVED)
        try:
            verified = verifier_of(import_public(keys[0]))(assertion.signature, assertion.signed)
        except (SignatureError, ValueError) as fault:
            raise UnprovedClientError(*_UNPROVED) from fault
        if not verified:
            raise UnprovedClientError(*_UNPROVED)

    def _check_claims(self, claims: Mapping[str, Any], client_id: str) -> None:
        now = self._now.timestamp()
        expires = _time(claims, "exp")
        starts = [_time(claims, name) for name in ("iat", "nbf") if name in claims]
        faults = {
            ("iss 须为客户端编号。", "iss must be the client_id."): claims.get("iss") != client_id,
            (f"aud 须为 {self._issuer} ", f"aud must be the string {self._issuer}"): claims.get("aud") != self._issuer,
            ("没有 exp 或已过期：请核对时钟。", "exp is missing or has passed: check the clock."): (
                expires is None or expires <= now - SKEW_SECONDS
            ),
            ("exp 不得晚于 300 秒之后。", "exp is more than 300 seconds ahead."): (
                (expires or 0) > now + LONGEST_LIFE_SECONDS + SKEW_SECONDS
            ),
            ("iat 或 nbf 在将来：请核对时钟。", "iat or nbf lies ahead: check the clock."): any(
                at is None or at > now + SKEW_SECONDS for at in starts
            ),
            ("jti 须为至多 256 个字符的文字。", "jti must be a string of at most 256 characters."): not _is_jti(
                claims.get("jti")
            ),
        }
        for said, wrong in faults.items():
            if wrong:
                raise UnprovedClientError(*said)
        self._store.claim(assertion_mark(client_id, claims["jti"], (expires or 0) + SKEW_SECONDS))


def _is_jti(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 256


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if usable else None  # type: ignore[arg-type]  # a number, by the line above
