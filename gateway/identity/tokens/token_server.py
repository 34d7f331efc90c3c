"""The token endpoint's rules: who gets a token, bound to what. In memory, but for authorization codes."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from sqlalchemy.orm import Session

from gateway.identity.clients.registered import METHOD, Registered
from gateway.identity.clients.scopes import granted
from gateway.identity.tokens.access_tokens import AccessToken, Grant, mint
from gateway.identity.tokens.authorization_server import Answer, Form, Server, refuse
from gateway.identity.tokens.binding import Binding, NonceNeededError
from gateway.identity.tokens.codes import CodeGrant
from gateway.identity.tokens.issuer import TokenIssuer
from gateway.identity.tokens.marks import Mark, proof_mark
from gateway.identity.tokens.oauth_errors import InvalidProofError, InvalidTargetError, UseNonceError
from gateway.identity.tokens.stores import Store, TransactionStore


@dataclass(frozen=True)
class Asked:
    """A token request, and when it came."""

    form: Form
    now: datetime


@dataclass(frozen=True)
class Outcome:
    """What a request came to: the answer, the client that signed it where one did, the token where one is given."""

    asked: Asked
    answer: Answer
    client: Registered | None
    issued: AccessToken | None

    @property
    def error(self) -> str | None:
        """The error of a refusal."""
        return self.answer.body.get("error")

    def refused(self, mark: Mark) -> "Outcome":
        """Return what it comes to where a mark was taken already: the token, signed as it is, goes nowhere."""
        return replace(self, answer=refuse(mark.refusal()), issued=None)


class _ClientCredentials(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib has no types
    TOKEN_ENDPOINT_AUTH_METHODS = (METHOD,)


class TokenServer(Server):
    """Decides one request for a token of the client's own; it touches nothing but its store."""

    def __init__(self, issuer: TokenIssuer, store: Store, asked: Asked) -> None:
        super().__init__(issuer, store, asked.now)
        self.issued: AccessToken | None = None
        self._asked = asked
        self._binding: Binding | None = None
        self.register_grant(_ClientCredentials)
        self.register_token_generator("default", self._mint)

    def decide(self) -> Outcome:
        """Answer, once the proof is good too; who lacks a nonce is given one."""
        form = self._asked.form
        answer: Answer = self.create_token_response(form)
        if answer.body.get("error") == UseNonceError.error:
            nonce = self.issuer.nonces.make(self.now.timestamp())
            answer = replace(answer, headers={**answer.headers, "DPoP-Nonce": nonce})
        return Outcome(self._asked, answer, form.client, self.issued)

    @property
    def binding(self) -> Binding:
        """What the token is bound to. Raises OAuth2Error where nothing is proven, or a proof was used before."""
        if self._binding is None:
            self._binding = self._check_binding(self._asked.form)
        return self._binding

    def _check_binding(self, request: Form) -> Binding:
        """Refuse a request for another service first (RFC 8707 2.1)."""
        if request.form.get("resource", self.issuer.name) != self.issuer.name:
            raise InvalidTargetError(f"resource must be {self.issuer.name}.")
        binding = request.binding
        if isinstance(binding, NonceNeededError):
            raise UseNonceError(str(binding))
        if not isinstance(binding, Binding):
            raise InvalidProofError(str(binding))
        if binding.proof:
            self.store.claim(proof_mark(binding.proof))
        return binding

    def _mint(
        self, client: Registered, scope: str | None, user: str | None = None, **_others: object
    ) -> dict[str, Any]:
        """Make an access token for a client that was authenticated just now, and the person it acts for."""
        issuer, row = self.issuer, client.row
        grant = Grant(row.client_id, row.kind, client.get_allowed_scope(scope), row.institution_id, row.subject, user)
        if (account := self._asked.form.on_behalf_of) is not None:
            grant = _in_the_name_of(grant, client, account, scope)
        binding = self.binding
        signed, self.issued = mint(
            grant, binding, issuer.keys, issuer.name, int(self.now.timestamp()), issuer.token_lifetime_seconds
        )  # fmt: skip
        return {
            "access_token": signed, "token_type": binding.token_type,
            "expires_in": self.issued.ends - self.issued.issued, "scope": grant.scope,
        }  # fmt: skip


def _in_the_name_of(grant: Grant, client: Registered, account: str, scope: str | None) -> Grant:
    """Return what an intermediary's token says: the account's institution, within the scopes of both.

    Raises OAuth2Error where no delegation is in force, or neither scope is left.
    """
    if account not in client.delegations or grant.person is not None:
        raise InvalidTargetError("on_behalf_of: no delegation for this account is in force.")
    institution, held = client.delegations[account]
    theirs = granted("account", held, scope)
    both = set(grant.scope.split()) & set(theirs or ())
    if not both:
        raise InvalidScopeError("The account was not granted what was asked for.")
    return replace(
        grant, scope=" ".join(sorted(both)), account=account, institution=institution, intermediary=grant.institution
    )


class CodeServer(TokenServer):
    """Decides one request that brings a code, within a transaction: codes are looked up and used there."""

    def __init__(self, issuer: TokenIssuer, session: Session, asked: Asked) -> None:
        super().__init__(issuer, TransactionStore(session), asked)
        self.session = session
        self.register_grant(CodeGrant)
