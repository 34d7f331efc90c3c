"""Clients as Authlib asks about them, read from the database with the keys they sign with."""

from collections.abc import Iterable
from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin, InvalidScopeError
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gateway.identity.scopes import granted
from gateway.identity.tables import Client

METHOD = "private_key_jwt"
_FIND = (
    select(Client)
    .add_columns(
        text("""(SELECT json_agg(public ORDER BY created_at, kid) FROM client_key k
            WHERE k.client_id = client.client_id AND k.status = 'active'
                AND (k.not_after IS NULL OR k.not_after > clock_timestamp()))""")
    )
    .where(text("client_id IN (SELECT client_id FROM client_standing WHERE client_id = ANY(:ids) AND stopped IS NULL)"))
)


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


def find_clients(session: Session, ids: Iterable[str]) -> dict[str, Registered]:
    """Return those that may act now; a suspended client, or one of a suspended institution, is no client."""
    usable = [one for one in set(ids) if one.isprintable()]  # what no text of the database can hold is no id
    found = session.execute(_FIND, {"ids": usable}).all() if usable else []
    return {row.client_id: Registered(row, keys) for row, keys in found if keys}
