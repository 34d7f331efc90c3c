"""The token endpoint: client_credentials and codes, for clients that sign their requests and prove to hold a key."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from audit.events import Event
from gateway.identity.access_tokens import AccessToken, Grant, mint
from gateway.identity.assertion import METHOD, use_once
from gateway.identity.authorization_server import Answer, Form, Registered, Server
from gateway.identity.binding import Binding, NonceNeededError
from gateway.identity.codes import CodeGrant
from gateway.identity.oauth_errors import InvalidProofError, InvalidTargetError, UseNonceError
from gateway.identity.tables import IssuedToken
from gateway.state import Gateway

# To the minute: the logins of one client do not wait for each other over a row that says when the last one was.
_USED = text("UPDATE client SET last_used_at = :now WHERE client_id = :id")
_USED_EVERY = timedelta(minutes=1)


class _ClientCredentials(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib has no types
    TOKEN_ENDPOINT_AUTH_METHODS = (METHOD,)


class TokenServer(Server):
    """Issues one token, within one transaction."""

    def __init__(self, session: Session, gateway: Gateway, now: datetime) -> None:
        super().__init__(session, gateway, now)
        self.issued: AccessToken | None = None
        self._binding: Binding | None = None
        self.register_grant(_ClientCredentials)
        self.register_grant(CodeGrant)
        self.register_token_generator("default", self._mint)

    def _mint(
        self, client: Registered, scope: str | None, user: str | None = None, **_others: object
    ) -> dict[str, Any]:
        """Make an access token for a client that was authenticated just now, and the person it acts for."""
        settings, row = self.gateway.settings, client.row
        grant = Grant(row.client_id, row.kind, client.get_allowed_scope(scope), row.institution_id, row.subject, user)
        binding = self.binding
        signed, said = mint(
            grant, binding, self.gateway.keys, settings.issuer, int(self.now.timestamp()),
            settings.token_lifetime_seconds,
        )  # fmt: skip
        self.issued = said
        self.session.add(
            IssuedToken(
                jti=said.jti, client_id=row.client_id, person_id=user, expires_at=datetime.fromtimestamp(said.ends, UTC)
            )
        )
        if row.last_used_at is None or row.last_used_at < self.now - _USED_EVERY:
            self.session.execute(_USED, {"now": self.now, "id": row.client_id})
        return {
            "access_token": signed, "token_type": binding.token_type, "expires_in": said.ends - said.issued,
            "scope": grant.scope,
        }  # fmt: skip

    def create_token_response(self, request: Form) -> Answer:
        """Answer, once the proof is good too; a request for another service is refused first (RFC 8707 2.1)."""
        self._request = request
        answer: Answer = super().create_token_response(request)
        if answer.body.get("error") == UseNonceError.error:
            nonce = self.gateway.nonces.make(self.now.timestamp())
            return replace(answer, headers={**answer.headers, "DPoP-Nonce": nonce})
        return answer

    @property
    def binding(self) -> Binding:
        """What the token is bound to. Raises OAuth2Error where nothing is proven, or a proof was used before."""
        if self._binding is None:
            self._binding = self._check_binding(self._request)
        return self._binding

    def _check_binding(self, request: Form) -> Binding:
        if request.form.get("resource", self.gateway.settings.issuer) != self.gateway.settings.issuer:
            raise InvalidTargetError(f"resource must be {self.gateway.settings.issuer}.")
        binding = request.binding
        if isinstance(binding, NonceNeededError):
            raise UseNonceError(str(binding))
        if not isinstance(binding, Binding):
            raise InvalidProofError(str(binding))
        proof = binding.proof
        if proof and not use_once(self.session, f"dpop:{proof.thumbprint}:{proof.jti}", proof.ends):
            raise InvalidProofError("DPoP: this proof was used before: sign a new one with a new jti.")
        return binding


async def issue_token(
    session: AsyncSession, gateway: Gateway, form: Mapping[str, str], binding: Binding | Exception, now: datetime
) -> Answer:
    """Answer a token request and record it. A refusal is recorded where the client itself signed it."""
    await gateway.access.current()  # the key that signs now
    request = Form(f"{gateway.settings.issuer}/oauth/token", form, binding)

    def run(sync: Session) -> tuple[Answer, AccessToken | None]:
        server = TokenServer(sync, gateway, now)
        return server.create_token_response(request), server.issued

    answer, issued = await session.run_sync(run)
    if answer.body.get("error") == "invalid_grant":
        gateway.access.expire()  # a code that came twice took its token along
    client: Registered | None = request.client
    if client is not None and answer.body.get("error") != UseNonceError.error:
        refused = answer.body.get("error")
        reason = {"reason": answer.body.get("error_description", "")}
        said = {"jti": str(issued.jti), "scope": " ".join(sorted(issued.scopes))} if issued else {}
        event = Event(
            "token.refused" if refused else "token.issued",
            actor=client.client_id,
            institution=client.row.institution_id,
            account=client.client_id if client.row.institution_id else None,
            outcome=str(refused) if refused else "issued",
            payload=reason if refused else said,
        )
        await gateway.audit.record(session, event, now)
    return answer
