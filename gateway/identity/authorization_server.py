"""Authlib's authorization server on our tables: who a client is, and how a request and an answer look.

Authlib is synchronous: it runs inside `AsyncSession.run_sync`, so its queries go over the request's own transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oauth2 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749 import ClientMixin, InvalidScopeError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gateway.identity.assertion import METHOD, PrivateKeyJwt
from gateway.identity.binding import Binding
from gateway.identity.scopes import granted
from gateway.identity.tables import Client
from gateway.state import Gateway

_FIND = (
    select(Client)
    .add_columns(
        text("""(SELECT json_agg(public ORDER BY created_at, kid) FROM client_key k
            WHERE k.client_id = client.client_id AND k.status = 'active'
                AND (k.not_after IS NULL OR k.not_after > clock_timestamp()))""")
    )
    .where(text("client_id = :id AND (SELECT stopped IS NULL FROM client_standing WHERE client_id = :id)"))
)


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


class Registered(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """A client as Authlib asks about it, with the keys it signs with."""

    def __init__(self, row: Client, keys: list[dict[str, Any]]) -> None:
        self.row, self.client_id, self.keys = row, row.client_id, keys

    def get_client_id(self) -> str:
        return self.client_id

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method == METHOD

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials" or (
            grant_type == "authorization_code" and bool(self.row.redirect_uris)
        )

    def get_allowed_scope(self, scope: str | None) -> str:
        scopes = granted(self.row.kind, self.row.scopes, scope)
        if scopes is None:
            raise InvalidScopeError(f"A client of kind {self.row.kind} is not granted what it asked for.")
        return " ".join(sorted(scopes))


class Form(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    """A form posted to an endpoint of the issuer, and what its sender proves to hold."""

    def __init__(self, uri: str, form: Mapping[str, str], binding: Binding | Exception | None = None) -> None:
        super().__init__("POST", uri)
        self.payload, self.binding = BasicOAuth2Payload(dict(form)), binding

    @property
    def form(self) -> dict[str, str]:
        return dict(self.payload.data)


class Server(AuthorizationServer):  # type: ignore[misc]  # Authlib has no types
    """The issuer within one transaction; grants and endpoints are registered by who uses it."""

    def __init__(self, session: Session, gateway: Gateway, now: datetime) -> None:
        super().__init__()
        self.session, self.gateway, self.now = session, gateway, now
        self.register_client_auth_method(METHOD, PrivateKeyJwt(session, gateway.settings.issuer, now))

    def query_client(self, client_id: str) -> Registered | None:
        """Return a client that may act now; a suspended one, or one of a suspended institution, is no client."""
        if "\x00" in client_id:
            return None
        found = self.session.execute(_FIND, {"id": client_id}).one_or_none()
        return Registered(found[0], found[1]) if found and found[1] else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Keep nothing here: what is kept of a token is written where it is made."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Tell nobody: the audit event is the signal."""

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        """Take the request as it is."""
        return request

    def handle_response(self, status: int, body: dict[str, Any], headers: list[tuple[str, str]]) -> Answer:
        """Return the answer as plain values; RFC 6749 5.2 wants 401 for a client that could not be authenticated."""
        wrong_client = body.get("error") == "invalid_client"
        if body.get("error") in _UNSAID:
            body = {"error_description": _UNSAID[body["error"]], **body}
        return Answer(401 if wrong_client else status, dict(body), dict(headers))
