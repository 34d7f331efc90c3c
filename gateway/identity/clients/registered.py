"""Clients as Authlib asks about them, read from the database with the keys they sign with."""

from collections.abc import Iterable
from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin, InvalidScopeError
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from gateway.identity.clients.delegations import IN_FORCE
from gateway.identity.clients.scopes import granted

METHOD = "private_key_jwt"
# As columns and not as a Client: an object that the session keeps track of costs more than the query. The view of
# standings is asked for one client at a time: joined, it would be worked out for every client there is.
_FIND = text(f"""
    SELECT client_id, kind, c.institution_id, subject, scopes, redirect_uris, last_used_at, s.stopped,
        (SELECT json_object_agg(m.account, json_build_array(m.institution_id, m.scopes))
         FROM ({IN_FORCE}) m WHERE m.intermediary = c.institution_id) AS delegations,
        (SELECT json_agg(public ORDER BY created_at, kid) FROM client_key k
         WHERE k.client_id = c.client_id AND k.status = 'active'
             AND (k.not_after IS NULL OR k.not_after > clock_timestamp())
             AND (k.not_before IS NULL OR k.not_before <= clock_timestamp())) AS public_keys
    FROM client c CROSS JOIN LATERAL (SELECT stopped FROM client_standing WHERE client_id = c.client_id OFFSET 0) s
    WHERE client_id = ANY(CAST(:ids AS text[]))
""")  # noqa: S608 - a constant of delegations.py
# Who changes a client holds its row (FOR UPDATE); this lock waits for that and for nothing else.
_LOCK = text(
    "SELECT client_id FROM client WHERE client_id = ANY(CAST(:ids AS text[])) ORDER BY client_id FOR KEY SHARE"
)
_LOCK_FREE = text("""
    WITH free AS MATERIALIZED (
        SELECT client_id FROM client WHERE client_id = ANY(CAST(:ids AS text[]))
        ORDER BY client_id FOR KEY SHARE SKIP LOCKED)
    SELECT client_id FROM client c WHERE client_id = ANY(CAST(:ids AS text[])) AND NOT EXISTS (
        SELECT FROM free f WHERE f.client_id = c.client_id)
""")


class Registered(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """A client as Authlib asks about it, with the keys it signs with."""

    def __init__(self, row: Row[Any]) -> None:
        self.row = row
        self.client_id: str = row.client_id
        self.keys: list[dict[str, Any]] = row.public_keys
        # The accounts asked for in whose name its institution may ask: their institutions and scopes (None: all).
        self.delegations: dict[str, tuple[str, list[str] | None]] = row.delegations or {}
        self.stopped: str | None = (
            row.stopped
        )  # a reason of the error table; told to who proves the key, to nobody else

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


async def lock_clients(session: AsyncSession, ids: Iterable[str]) -> None:
    """Wait for whoever changes these clients, and let nobody change them until this transaction ends.

    What a client is given is committed before its key is retired, or not given: the retirement sees every token.
    """
    await session.execute(_LOCK, {"ids": _usable(ids)})


async def lock_free_clients(session: AsyncSession, ids: Iterable[str]) -> frozenset[str]:
    """Do the same for those that nobody is changing, without waiting; return the others."""
    return frozenset((await session.execute(_LOCK_FREE, {"ids": _usable(ids)})).scalars())


async def find_clients(
    session: AsyncSession, ids: Iterable[str], accounts: Iterable[str] = ()
) -> dict[str, Registered]:
    """Return those that have a key, with what stops them (themselves, or their institution), and which of `accounts`
    they may act for.
    """
    usable = _usable(ids)
    values = {"ids": usable, "accounts": _usable(accounts)}
    found = (await session.execute(_FIND, values)).all() if usable else []
    return {row.client_id: Registered(row) for row in found if row.public_keys}


def find_client(session: Session, client_id: str) -> Registered | None:
    """Lock and return one, where Authlib asks for it, as `lock_clients` and `find_clients` do."""
    usable = _usable([client_id])
    session.execute(_LOCK, {"ids": usable})
    row = session.execute(_FIND, {"ids": usable, "accounts": []}).one_or_none()
    return Registered(row) if row and row.public_keys else None


def _usable(ids: Iterable[str]) -> list[str]:
    """What no text of the database can hold is no id."""
    return [one for one in set(ids) if one.isprintable()]
