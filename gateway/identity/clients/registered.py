"""Clients as Authlib asks about them, read from the database with the keys they sign with."""

from collections.abc import Iterable
from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin, InvalidScopeError
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gateway.identity.clients.scopes import granted

METHOD = "private_key_jwt"
# As columns and not as a Client: an object that the session keeps track of costs more than the query.
_FIND = text("""
    SELECT client_id, kind, c.institution_id, subject, scopes, redirect_uris, last_used_at,
        (SELECT json_agg(public ORDER BY created_at, kid) FROM client_key k
         WHERE k.client_id = c.client_id AND k.status = 'active'
             AND (k.not_after IS NULL OR k.not_after > clock_timestamp())) AS public_keys
    FROM client c JOIN client_standing s USING (client_id)
    WHERE client_id = ANY(:ids) AND s.stopped IS NULL
""")


class Registered(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """A client as Authlib asks about it, with the keys it signs with."""

    def __init__(self, row: Row[Any]) -> None:
        self.row = row
        self.client_id: str = row.client_id
        self.keys: list[dict[str, Any]] = row.public_keys

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


def find_clients(session: Session, ids: Iterable[str]) -> dict[str, Registered]:
    """Return those that may act now; a suspended client, or one of a suspended institution, is no client."""
    usable = [one for one in set(ids) if one.isprintable()]  # what no text of the database can hold is no id
    found = session.execute(_FIND, {"ids": usable}).all() if usable else []
    return {row.client_id: Registered(row) for row in found if row.public_keys}
