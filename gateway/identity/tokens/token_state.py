"""Whether a token is alive, and taking one back: introspection (RFC 7662) and revocation (RFC 7009)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from sqlalchemy import text
from sqlalchemy.orm import Session

from gateway.identity.clients.registered import METHOD, Registered
from gateway.identity.tables import IssuedToken
from gateway.identity.tokens.access_tokens import AccessToken, TokenError, read
from gateway.identity.tokens.authorization_server import Answer, Form, Server
from gateway.identity.tokens.issuer import TokenIssuer
from gateway.identity.tokens.stores import TransactionStore
from gateway.runtime.work import UnitOfWork

_REVOKE = text("UPDATE issued_token SET revoked_at = clock_timestamp() WHERE jti = :jti AND revoked_at IS NULL")
_STOPPED = text("SELECT stopped IS NOT NULL FROM client_standing WHERE client_id = :id")


@dataclass(frozen=True)
class _KnownToken:
    """A token of ours as Authlib asks about it."""

    said: AccessToken
    revoked: bool

    def check_client(self, client: Registered) -> bool:
        return self.said.client_id == client.client_id

    def is_expired(self) -> bool:
        return False  # an expired one is not read at all

    def is_revoked(self) -> bool:
        return self.revoked


class _Reads:
    """What both endpoints share: our client authentication, our tokens, and hints that are hints (RFC 7009 2.1)."""

    CLIENT_AUTH_METHODS = (METHOD,)
    server: "_StateServer"

    def check_params(self, request: Form, _client: Registered) -> None:
        if not request.form.get("token"):
            raise InvalidRequestError("token is missing.")

    def query_token(self, token: str, _hint: str | None) -> _KnownToken | None:
        issuer, session = self.server.issuer, self.server.session
        try:
            said = read(token, issuer.keys, issuer.name, self.server.now.timestamp())
        except TokenError:
            return None
        row = session.get(IssuedToken, said.jti)
        stopped = session.execute(_STOPPED, {"id": said.client_id}).scalar_one_or_none()
        return _KnownToken(said, revoked=row is None or row.revoked_at is not None or stopped is not False)


class _Introspection(_Reads, IntrospectionEndpoint):  # type: ignore[misc]  # Authlib has no types
    def check_permission(self, token: _KnownToken, client: Registered, _request: Form) -> bool:
        """Let a client ask about its own tokens; about another's there is nothing to learn."""
        return token.check_client(client)

    def introspect_token(self, token: _KnownToken) -> dict[str, Any]:
        said, issuer = token.said, self.server.issuer.name
        method, thumbprint = said.confirmation
        return {
            "active": True, "iss": issuer, "aud": issuer, "sub": said.person or said.client_id,
            "client_id": said.client_id, "scope": " ".join(sorted(said.scopes)), "jti": str(said.jti),
            "iat": said.issued, "exp": said.ends, "cnf": {method: thumbprint},
            "token_type": "DPoP" if method == "jkt" else "Bearer",
        }  # fmt: skip


class _Revocation(_Reads, RevocationEndpoint):  # type: ignore[misc]  # Authlib has no types
    def authenticate_token(self, request: Form, client: Registered) -> _KnownToken | None:
        """Return the client's own token; a foreign one stays alive, and is answered like one nobody knows."""
        self.check_params(request, client)
        token = self.query_token(request.form["token"], None)
        return token if token and token.check_client(client) else None

    def revoke_token(self, token: _KnownToken, _request: Form) -> None:
        self.server.session.execute(_REVOKE, {"jti": token.said.jti})
        self.server.revoked = token.said


class _StateServer(Server):
    def __init__(self, session: Session, issuer: TokenIssuer, now: datetime) -> None:
        super().__init__(issuer, TransactionStore(session), now)
        self.session = session
        self.revoked: AccessToken | None = None
        self.register_endpoint(_Introspection)
        self.register_endpoint(_Revocation)


async def introspect(work: UnitOfWork, issuer: TokenIssuer, form: Mapping[str, str]) -> Answer:
    """Answer whether a token is alive: what it says, or exactly {"active": false}."""
    request = Form(f"{issuer.name}/oauth/introspect", form)

    def run(session: Session) -> Answer:
        answer: Answer = _StateServer(session, issuer, work.now).create_endpoint_response("introspection", request)
        return answer

    return await work.session.run_sync(run)


async def revoke(work: UnitOfWork, issuer: TokenIssuer, form: Mapping[str, str]) -> Answer:
    """Take back the client's own token, with an event; any other token is answered 200 and left alone.

    The door lets its AccessCache expire after the commit.
    """
    request = Form(f"{issuer.name}/oauth/revoke", form)

    def run(session: Session) -> tuple[Answer, AccessToken | None]:
        server = _StateServer(session, issuer, work.now)
        return server.create_endpoint_response("revocation", request), server.revoked

    answer, revoked = await work.session.run_sync(run)
    if revoked is not None:
        row = request.client.row
        await work.record(
            "token.revoked", {"jti": str(revoked.jti)}, institution=row.institution_id,
            account=row.client_id if row.institution_id else None, outcome="revoked", actor=row.client_id,
        )  # fmt: skip
    return answer
