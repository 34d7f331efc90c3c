"""Authlib's authorization server on our tables: how a request and an answer look, and whom it asks.

Authlib is synchronous. It decides in memory where its store allows that; else it runs inside `AsyncSession.run_sync`,
so that its queries go over the request's own transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from authlib.oauth2 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749 import InvalidClientError, OAuth2Error
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE

from gateway.identity.clients.registered import METHOD, Registered
from gateway.identity.tokens.assertion import Assertion, PrivateKeyJwt, read_assertion
from gateway.identity.tokens.binding import Binding
from gateway.identity.tokens.issuer import TokenIssuer
from gateway.identity.tokens.stores import Store


@dataclass(frozen=True)
class Answer:
    """Status, JSON body and headers of an endpoint."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]


# What Authlib leaves unsaid.
_UNSAID = {
    "unsupported_grant_type": "grant_type must be client_credentials or authorization_code.",
    "invalid_client": "Authenticate with a client_assertion (private_key_jwt, RFC 7523).",
}


class Form(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    """A form posted to an endpoint of the issuer, and what its sender proves to hold."""

    def __init__(self, uri: str, form: Mapping[str, str], binding: Binding | Exception | None = None) -> None:
        super().__init__("POST", uri)
        self.payload, self.binding = BasicOAuth2Payload(dict(form)), binding

    @cached_property
    def form(self) -> dict[str, str]:
        return dict(self.payload.data)

    @cached_property
    def assertion(self) -> Assertion | None:
        """The assertion, not yet verified; None without one. Raises InvalidClientError."""
        given = self.form.get("client_assertion_type") == ASSERTION_TYPE and self.form.get("client_assertion")
        return read_assertion(given) if given else None

    @property
    def on_behalf_of(self) -> str | None:
        """The account in whose name an intermediary's client wants to ask."""
        return self.form.get("on_behalf_of")

    @property
    def claimed_client(self) -> str | None:
        """Whom the assertion says it is from, which anybody can say of anybody."""
        try:
            claimed = self.assertion.claims.get("sub") if self.assertion else None
        except InvalidClientError:
            return None
        return claimed if isinstance(claimed, str) else None


class Server(AuthorizationServer):  # type: ignore[misc]  # Authlib has no types
    """The issuer, for one request; grants and endpoints are registered by who uses it."""

    def __init__(self, issuer: TokenIssuer, store: Store, now: datetime) -> None:
        super().__init__()
        self.issuer, self.store, self.now = issuer, store, now
        self.register_client_auth_method(METHOD, PrivateKeyJwt(store, issuer.name, now))

    def query_client(self, client_id: str) -> Registered | None:
        """Return a client that has a key; whether it may act now is asked once it has signed."""
        return self.store.find(client_id)

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Keep nothing here: what is kept of a token is written where it is made."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Do nothing: Authlib's signals are not used, the audit event stands for them."""

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        """Take the request as it is."""
        return request

    def handle_response(self, status: int, body: dict[str, Any], headers: list[tuple[str, str]]) -> Answer:
        """Return the answer as plain values."""
        return _answer(status, body, headers)


def refuse(fault: OAuth2Error) -> Answer:
    """Return the answer that tells a fault."""
    return _answer(*fault())


def _answer(status: int, body: dict[str, Any], headers: list[tuple[str, str]]) -> Answer:
    """RFC 6749 5.2 wants 401 for a client that could not be authenticated."""
    wrong_client = body.get("error") == "invalid_client"
    if body.get("error") in _UNSAID:
        body = {"error_description": _UNSAID[body["error"]], **body}
    return Answer(401 if wrong_client else status, dict(body), dict(headers))
