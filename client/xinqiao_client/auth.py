"""Logging in and proving possession with every request: an httpx.Auth, for sync and async clients alike.

private_key_jwt (RFC 7523) gets a token bound to a key of this process (DPoP, RFC 9449), which signs each request.
"""

import base64
import hashlib
import time
import uuid
from collections.abc import Generator
from typing import Any

import httpx
from joserfc.jwk import ECKey

from xinqiao_client.errors import LoginError, UnreachableError, read_problem
from xinqiao_client.keys import Key, sign

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EARLY_SECONDS = 20  # a token this close to its end is replaced before it is used
_ATTEMPTS = 3  # a nonce may be asked for, and a token may have ended: each once


class XinqiaoAuth(httpx.Auth):
    """Adds `Authorization` and `DPoP` to each request to one gateway; gets and replaces the token as needed."""

    requires_response_body = True

    def __init__(
        self,
        issuer: str,
        client_id: str,
        key: Key,
        *,
        scope: str | None = None,
        proof_key: Key | None = None,
        on_behalf_of: str | None = None,
    ) -> None:
        """Log in at `issuer` as `client_id` with its private key; `scope` None asks for all that is granted.

        An intermediary's client names the account of another institution in whose name it asks, `on_behalf_of`. Proofs
        are signed with a key of this process, or with `proof_key`.
        """
        self._issuer, self._client_id, self._key, self._scope = issuer.rstrip("/"), client_id, key, scope
        self._proof_key = proof_key or ECKey.generate_key("P-256")
        self._on_behalf_of = on_behalf_of
        self._token, self._scheme, self._ends = "", "DPoP", 0.0
        self._nonces: dict[str, str] = {}

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a token and a proof; again where a nonce is asked for or the token has ended.

        Raises ProblemError where no token is given: LoginError, StoppedError, UnavailableError.
        """
        if not str(request.url).startswith(f"{self._issuer}/"):
            detail = f"令牌只发给 {self._issuer} The token is for {self._issuer} and is sent nowhere else."
            raise LoginError(0, {"error": "wrong_address", "error_description": detail})
        for attempt in range(_ATTEMPTS):
            if time.time() > self._ends:
                yield from self._ask_for_token()
            request.headers["Authorization"] = f"{self._scheme} {self._token}"
            request.headers["DPoP"] = self._prove(request, self._token)
            response = yield request
            self._remember(response)
            challenge = response.headers.get("WWW-Authenticate", "")
            if response.status_code != httpx.codes.UNAUTHORIZED or attempt == _ATTEMPTS - 1:
                return
            if "use_dpop_nonce" not in challenge:
                if "invalid_token" not in challenge:
                    return
                self._ends = 0.0

    def log_in(self) -> str:
        """Log in now and return the access token, for requests made by hand. Raises ProblemError, UnreachableError."""
        flow = self._ask_for_token()
        try:
            with httpx.Client() as http:
                request = next(flow)
                while True:
                    request = flow.send(http.send(request))
        except StopIteration:
            return self._token
        except httpx.TransportError as fault:
            raise UnreachableError(self._issuer, fault) from fault

    def _ask_for_token(self) -> Generator[httpx.Request, httpx.Response, None]:
        for attempt in range(2):
            request = httpx.Request("POST", f"{self._issuer}/oauth/token", data=self._form())
            request.headers["DPoP"] = self._prove(request)
            response = yield request
            self._remember(response)
            told = _object(response)
            if response.status_code == httpx.codes.OK and "access_token" in told:
                self._token, self._scheme = str(told["access_token"]), str(told.get("token_type", "DPoP"))
                self._ends = time.time() + float(told.get("expires_in", 60)) - EARLY_SECONDS
                return
            if told.get("error") != "use_dpop_nonce" or attempt:
                raise read_problem(response)

    def _form(self) -> dict[str, str]:
        now = int(time.time())
        claims = {
            "iss": self._client_id, "sub": self._client_id, "aud": self._issuer, "iat": now, "exp": now + 60,
            "jti": str(uuid.uuid4()),
        }  # fmt: skip
        kid = self._key.kid or self._key.thumbprint()
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": sign({"kid": kid}, claims, self._key),
        }
        more = {"scope": self._scope, "on_behalf_of": self._on_behalf_of}
        return form | {name: value for name, value in more.items() if value}

    def _prove(self, request: httpx.Request, token: str | None = None) -> str:
        """Sign a proof for this request (RFC 9449 4.2)."""
        claims: dict[str, Any] = {
            "jti": str(uuid.uuid4()),
            "htm": request.method,
            "htu": str(request.url.copy_with(query=None, fragment=None)),
            "iat": int(time.time()),
        }
        if token is not None:
            digest = hashlib.sha256(token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        nonce = self._nonces.get(_place(request))
        if nonce is not None:
            claims["nonce"] = nonce
        known = self._proof_key.as_dict(private=False)
        jwk = {name: value for name, value in known.items() if name not in {"kid", "alg"}}
        return sign({"typ": "dpop+jwt", "jwk": jwk}, claims, self._proof_key)

    def _remember(self, response: httpx.Response) -> None:
        nonce = response.headers.get("DPoP-Nonce")
        if nonce:
            self._nonces[_place(response.request)] = nonce


def _place(request: httpx.Request) -> str:
    """Return which server's nonces: the token endpoint's and the resource's may differ (RFC 9449 8, 9)."""
    return "token" if request.url.path.endswith("/oauth/token") else "resource"


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
