"""Authorization codes: made when a person permits, taken once by their client (RFC 6749 4.1, RFC 7636)."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from sqlalchemy import text
from sqlalchemy.orm import Session

from gateway.identity.clients.registered import METHOD, Registered
from gateway.identity.tables import AuthorizationCode
from gateway.identity.tokens.authorization_server import Form

LIFE_SECONDS = 60
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 4.1
_REVOKE = text("UPDATE issued_token SET revoked_at = clock_timestamp() WHERE jti = :jti AND revoked_at IS NULL")
_PERSON = text("SELECT status = 'active' FROM person WHERE 'person:' || person_id = :person")


def add_code(session: Session, client_id: str, person: str, parameters: Mapping[str, Any], now: datetime) -> str:
    """Make a code for a client and a person (as tokens name them), and return it."""
    code = secrets.token_urlsafe(32)
    row = AuthorizationCode(
        code_hash=_hash(code), client_id=client_id, person_id=person, parameters=dict(parameters),
        expires_at=now + timedelta(seconds=LIFE_SECONDS),
    )  # fmt: skip
    session.add(row)
    return code


@dataclass(frozen=True)
class _Code:
    """A code as Authlib asks about it."""

    row: AuthorizationCode

    def get_redirect_uri(self) -> str:
        return str(self.row.parameters["redirect_uri"])

    def get_scope(self) -> str:
        return str(self.row.parameters["scope"])


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib has no types
    """The grant: S256 is mandatory, the client is the code's own, and a second use ends what the first one got."""

    TOKEN_ENDPOINT_AUTH_METHODS = (METHOD,)

    def query_authorization_code(self, code: str, client: Registered) -> _Code | None:
        """Return a code that can be taken now; one that was taken before takes its token along."""
        row = self.server.session.get(AuthorizationCode, _hash(code), with_for_update=True)
        if row is None or row.client_id != client.client_id:
            return None
        if row.used_at is not None:
            self.server.session.execute(_REVOKE, {"jti": row.jti})
            return None
        return _Code(row) if row.expires_at > self.server.now else None

    def validate_token_request(self) -> None:
        """Do Authlib's checks, then PKCE's and that of the key the request was bound to. Raises OAuth2Error."""
        super().validate_token_request()
        request: Form = self.request
        parameters = request.authorization_code.row.parameters
        verifier = request.form.get("code_verifier", "")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("utf-8", "replace")).digest()).rstrip(b"=")
        if not _VERIFIER.fullmatch(verifier) or not hmac.compare_digest(digest, parameters["code_challenge"].encode()):
            raise InvalidGrantError("code_verifier is not the one of the request.")
        if "dpop_jkt" in parameters and parameters["dpop_jkt"] != self.server.binding.thumbprint:
            raise InvalidGrantError("The code is bound to another key.")

    def authenticate_user(self, authorization_code: _Code) -> str | None:
        """Return the person, unless suspended meanwhile."""
        person = authorization_code.row.person_id
        return person if self.server.session.execute(_PERSON, {"person": person}).scalar_one_or_none() else None

    def delete_authorization_code(self, authorization_code: _Code) -> None:
        """Keep it as used, with the token it gave."""
        authorization_code.row.used_at = self.server.now
        authorization_code.row.jti = self.server.issued.jti


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode("utf-8", "replace")).digest()
