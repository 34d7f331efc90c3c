"""The token endpoint on Authlib's authorization server: client_credentials for clients that sign their requests.

Authlib is synchronous: it runs inside `AsyncSession.run_sync`, so its queries go over the request's own transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from authlib.oauth2 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749 import ClientMixin, InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from audit.events import Event
from gateway.identity.assertion import METHOD, PrivateKeyJwt
from gateway.identity.scopes import granted
from gateway.identity.tables import Client, Institution
from gateway.state import Gateway
from signing.jws import sign_jws

TOKEN_TYPE = "at+jwt"  # noqa: S105 - the media type of RFC 9068 2.1


@dataclass(frozen=True)
class Answer:
    """Status, JSON body and headers of the token endpoint."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]


class Registered(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """A client as Authlib asks about it."""

    def __init__(self, row: Client) -> None:
        self.row, self.client_id, self.jwks = row, row.client_id, row.jwks

    def get_client_id(self) -> str:
        return self.client_id

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method == METHOD

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"

    def get_allowed_scope(self, scope: str | None) -> str:
        scopes = granted(self.row.kind, scope)
        if scopes is None:
            raise InvalidScopeError(f"A client of kind {self.row.kind} is not granted what it asked for.")
        return " ".join(sorted(scopes))


class _Grant(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib has no types
    TOKEN_ENDPOINT_AUTH_METHODS = (METHOD,)


class _Form(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, uri: str, form: Mapping[str, str]) -> None:
        super().__init__("POST", uri)
        self.payload = BasicOAuth2Payload(dict(form))

    @property
    def form(self) -> dict[str, str]:
        return dict(self.payload.data)


class TokenServer(AuthorizationServer):  # type: ignore[misc]  # Authlib has no types
    """Issues one token, within one transaction."""

    def __init__(self, session: Session, gateway: Gateway, now: datetime) -> None:
        super().__init__()
        self._session, self._gateway, self._now = session, gateway, now
        self.issued: dict[str, Any] = {}
        self.register_grant(_Grant)
        self.register_client_auth_method(METHOD, PrivateKeyJwt(session, gateway.settings.issuer, now))
        self.register_token_generator("default", self._mint)

    def query_client(self, client_id: str) -> Registered | None:
        """Return an active client; a suspended one, or one of a suspended institution, is no client."""
        row = self._session.get(Client, client_id) if "\x00" not in client_id else None
        if row is None or row.status != "active":
            return None
        if row.institution_id is not None:
            institution = self._session.get(Institution, row.institution_id)
            if institution is None or institution.status != "active":
                return None
        return Registered(row)

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Keep nothing: a token is verified by its signature and lives for minutes."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Tell nobody: the audit event is the signal."""

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        """Take the request as it is."""
        return request

    def handle_response(self, status: int, body: dict[str, Any], headers: list[tuple[str, str]]) -> Answer:
        """Return the answer as plain values; RFC 6749 5.2 wants 401 for a client that could not be authenticated."""
        wrong_client = body.get("error") == "invalid_client"
        return Answer(401 if wrong_client else status, dict(body), dict(headers))

    def _mint(self, client: Registered, scope: str | None, **_others: object) -> dict[str, Any]:
        """Make an access token (RFC 9068)."""
        issuer, life = self._gateway.settings.issuer, self._gateway.settings.token_lifetime_seconds
        scopes, at = client.get_allowed_scope(scope), int(self._now.timestamp())
        self.issued = {"jti": str(uuid4()), "scope": scopes}
        claims = {
            "iss": issuer,
            "sub": client.client_id,
            "client_id": client.client_id,
            "aud": issuer,
            "iat": at,
            "exp": at + life,
            **self.issued,
        }
        token = sign_jws(claims, self._gateway.keys.signing("token"), TOKEN_TYPE)
        return {"access_token": token, "token_type": "Bearer", "expires_in": life, "scope": scopes}


async def issue_token(session: AsyncSession, gateway: Gateway, form: Mapping[str, str], now: datetime) -> Answer:
    """Answer a token request and record it. A refusal is recorded where the client itself signed it."""
    request = _Form(f"{gateway.settings.issuer}/oauth/token", form)

    def run(sync: Session) -> tuple[Answer, dict[str, Any]]:
        server = TokenServer(sync, gateway, now)
        return server.create_token_response(request), server.issued

    answer, issued = await session.run_sync(run)
    client: Registered | None = request.client
    if client is not None:
        refused = answer.body.get("error")
        event = Event(
            "token.refused" if refused else "token.issued",
            actor=client.client_id,
            institution=client.row.institution_id,
            account=client.client_id if client.row.institution_id else None,
            outcome=str(refused) if refused else "issued",
            payload={"reason": answer.body.get("error_description", "")} if refused else issued,
        )
        await gateway.audit.record(session, event, now)
    return answer
