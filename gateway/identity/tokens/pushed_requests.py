"""Authorization requests pushed ahead of the browser (RFC 9126), which then carries a name alone."""

import re
import secrets
from collections.abc import Mapping
from datetime import timedelta

from authlib.oauth2.rfc6749 import (
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    UnsupportedResponseTypeError,
)
from sqlalchemy.orm import Session

from gateway.identity.clients.registered import METHOD, Registered
from gateway.identity.tables import PushedRequest
from gateway.identity.tokens.authorization_server import Answer, Form, Server
from gateway.identity.tokens.binding import Binding, BindingError, NonceNeededError
from gateway.identity.tokens.issuer import TokenIssuer
from gateway.identity.tokens.marks import proof_mark
from gateway.identity.tokens.oauth_errors import InvalidProofError, InvalidTargetError, UseNonceError
from gateway.identity.tokens.stores import TransactionStore
from gateway.runtime.work import UnitOfWork

LIFE_SECONDS = 90
LONGEST_STATE = 1024
PREFIX = "urn:ietf:params:oauth:request_uri:"
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # base64url of a SHA-256 (RFC 7636 4.2)
_PARAMETERS = ("redirect_uri", "scope", "state", "code_challenge", "dpop_jkt")


async def push_request(
    work: UnitOfWork,
    issuer: TokenIssuer,
    form: Mapping[str, str],
    binding: Binding | BindingError | NonceNeededError | None,
) -> Answer:
    """Check a request and keep it for 90 seconds; `binding` is None where no proof was sent along."""
    request = Form(f"{issuer.name}/oauth/par", form, binding)

    def run(sync: Session) -> Answer:
        server = Server(issuer, TransactionStore(sync), work.now)
        try:
            client = server.authenticate_client(request, [METHOD], "par")
            parameters = _check(server, client, request)
        except OAuth2Error as fault:
            status = 401 if isinstance(fault, InvalidClientError) else 400
            nonce = issuer.nonces.make(work.now.timestamp())
            headers = {"DPoP-Nonce": nonce} if isinstance(fault, UseNonceError) else {}
            return Answer(status, {"error_description": fault.description, **dict(fault.get_body())}, headers)
        name = PREFIX + secrets.token_urlsafe(32)
        until = work.now + timedelta(seconds=LIFE_SECONDS)
        sync.add(PushedRequest(request_uri=name, client_id=client.client_id, parameters=parameters, expires_at=until))
        return Answer(201, {"request_uri": name, "expires_in": LIFE_SECONDS}, {})

    return await work.session.run_sync(run)


def _check(server: Server, client: Registered, request: Form) -> dict[str, str]:
    """Return what is kept of a sound request. Raises OAuth2Error, never as a redirect."""
    form = request.form
    if form.get("response_type") != "code":
        raise UnsupportedResponseTypeError(form.get("response_type", ""))
    faults = {
        "request_uri is not pushed.": "request_uri" in form,
        "request objects are not taken.": "request" in form,
        "redirect_uri must be one that is registered, exactly.": form.get("redirect_uri")
        not in client.row.redirect_uris,
        "code_challenge_method must be S256.": form.get("code_challenge_method") != "S256",
        "code_challenge must be the base64url of a SHA-256.": not _CHALLENGE.fullmatch(form.get("code_challenge", "")),
        "response_mode must be query.": form.get("response_mode", "query") != "query",
        f"state holds at most {LONGEST_STATE} characters.": len(form.get("state", "")) > LONGEST_STATE,
    }
    for description, wrong in faults.items():
        if wrong:
            raise InvalidRequestError(description)
    if form.get("resource", server.issuer.name) != server.issuer.name:
        raise InvalidTargetError(f"resource must be {server.issuer.name}.")
    if not form.get("scope"):
        raise InvalidScopeError("scope is missing.")
    client.get_allowed_scope(form["scope"])
    parameters = {name: form[name] for name in _PARAMETERS if name in form}
    thumbprint = _bound(server, request)
    if thumbprint and parameters.setdefault("dpop_jkt", thumbprint) != thumbprint:
        raise InvalidProofError("dpop_jkt is not the key of the DPoP proof.")
    return parameters


def _bound(server: Server, request: Form) -> str | None:
    """Return the key the code will be bound to, None where no proof came along (RFC 9449 10.1)."""
    binding = request.binding
    if isinstance(binding, NonceNeededError):
        raise UseNonceError(str(binding))
    if isinstance(binding, BindingError):
        raise InvalidProofError(str(binding))
    if not isinstance(binding, Binding) or binding.proof is None:
        return None
    server.store.claim(proof_mark(binding.proof))
    return binding.thumbprint
