"""For providers of scores: is this question permitted? Checked before anything is looked up."""

import time
from collections.abc import Mapping
from threading import Lock
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

PERMIT_TYPE = "xinqiao-permit+jws"
SKEW = 5  # seconds by which the gateway's clock may be ahead
_REGISTRY = jws.JWSRegistry(algorithms=["Ed25519"])


class PermitError(ValueError):
    """A question came without a permit that covers it; the text says what is wrong, and repeats nothing of it."""


class Permits:
    """Checks the permits that one gateway shows to one provider, and lets each be shown once.

    `issuer` is the gateway's address, `provider` the name it knows this provider by, `keys` what its
    /.well-known/xinqiao-keys says. What was shown is remembered by this object: several processes need one place to
    ask, or a proxy that sends one permit's question to one of them.
    """

    def __init__(self, issuer: str, provider: str, keys: Mapping[str, Any]) -> None:
        """Take the key that signs answers: it signs permits too."""
        self._expected = {"iss": issuer, "aud": provider}
        self._key = OKPKey.import_key({name: keys["answer"][name] for name in ("kty", "crv", "x")})
        self._shown: dict[str, int] = {}
        self._lock = Lock()

    def check(self, authorization: str | None, question: Mapping[str, Any]) -> dict[str, Any]:
        """Return the claims of the permit in an Authorization header that covers this question. Raises PermitError."""
        claims = self._read(authorization)
        moment = int(time.time())
        if not (isinstance(claims.get("iat"), int) and isinstance(claims.get("exp"), int)):
            raise PermitError("凭证没有时间 the permit has no times")
        if not claims["iat"] - SKEW <= moment < claims["exp"]:
            raise PermitError("凭证已过期或时钟不对 the permit has ended, or a clock is wrong")
        asked = {name: question.get(name) for name in ("inquiry", "subject", "product", "purpose")}
        for name, value in {**self._expected, **asked}.items():
            if claims.get(name) != value:
                raise PermitError(f"凭证是另一问题的（{name}） the permit is another question's: {name}")
        self._show(str(claims.get("jti")), claims["exp"], moment)
        return claims

    def _read(self, authorization: str | None) -> dict[str, Any]:
        scheme, _, permit = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            raise PermitError("没有凭证 there is no permit")
        try:
            token = jwt.decode(permit, self._key, algorithms=["Ed25519"], registry=_REGISTRY)
        except (JoseError, ValueError) as fault:
            raise PermitError("凭证不是此网关签的 the permit is not this gateway's") from fault
        if token.header.get("typ") != PERMIT_TYPE:
            raise PermitError("这不是凭证 this is no permit")
        return dict(token.claims)

    def _show(self, permit: str, until: int, moment: int) -> None:
        with self._lock:
            self._shown = {one: end for one, end in self._shown.items() if end > moment}
            if permit in self._shown:
                raise PermitError("凭证已用过 the permit was shown before")
            self._shown[permit] = until
