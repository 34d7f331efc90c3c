"""The public keys of a client: which sign now, and how one takes over from another."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from gateway.identity.clients.own_keys import check_unused
from gateway.identity.clients.registry import read_public_key
from gateway.identity.clients.unknown import no_client
from gateway.identity.tables import Client, ClientKey
from gateway.runtime.database import rowcount
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from signing.canonical import canonical_digest

_NOW = text("""
    SELECT public FROM client_key WHERE client_id = :client AND status = 'active'
        AND (not_after IS NULL OR not_after > clock_timestamp())
        AND (not_before IS NULL OR not_before <= clock_timestamp()) ORDER BY created_at, kid
""")
_ALL = text("""
    SELECT kid, public ->> 'kty' AS kty, public ->> 'crv' AS crv, status, created_at, not_before, not_after
    FROM client_key WHERE client_id = :client ORDER BY created_at DESC, kid
""")
_OF_SIGNATORIES = text("""
    SELECT k.kid, k.public FROM client_key k JOIN client c USING (client_id)
    WHERE c.kind = 'signatory' AND c.subject = :uscc
""")
KEY_MEMBERS = ("kty", "crv", "x", "y", "n", "e", "kid")
_END = text("""
    UPDATE client_key SET not_after = least(not_after, :until)
    WHERE client_id = :client AND status = 'active' AND kid <> :kid
""")
_RETIRE = text(
    "UPDATE client_key SET status = 'retired' WHERE client_id = :client AND kid = :kid AND status <> 'retired'"
)
_REVOKE = text("UPDATE issued_token SET revoked_at = now() WHERE client_id = :client AND revoked_at IS NULL")


async def current_keys(session: AsyncSession, client_id: str) -> list[dict[str, Any]]:
    """Return a client's active public JWKs, oldest first; two while one takes over from the other."""
    return await session.run_sync(read_keys, client_id)


async def find_key(session: AsyncSession, client_id: str, kid: str) -> dict[str, Any] | None:
    """Return a public JWK that a client has, or had."""
    found = await session.get(ClientKey, (client_id, kid))
    return dict(found.public) if found else None


async def keys_of_signatories(session: AsyncSession, uscc: str) -> dict[str, dict[str, str]]:
    """Return the public JWKs that this enterprise's signatories have, or had, by id: what makes each a key alone."""
    found = await session.execute(_OF_SIGNATORIES, {"uscc": uscc})
    return {row.kid: {name: row.public[name] for name in KEY_MEMBERS if name in row.public} for row in found}


async def key_rows(session: AsyncSession, client_id: str) -> Sequence[Row[Any]]:
    """Return kid, kty, crv, status, created_at, not_before and not_after of every key of a client, newest first."""
    return (await session.execute(_ALL, {"client": client_id})).all()


def read_keys(session: Session, client_id: str) -> list[dict[str, Any]]:
    """Do the same within a synchronous session."""
    return list(session.execute(_NOW, {"client": client_id}).scalars())


async def add_key(
    work: UnitOfWork,
    *,
    client_id: str,
    jwk: Mapping[str, Any],
    overlap_hours: int,
    not_before: datetime | None = None,
) -> None:
    """Make a key active beside the others, which end so long after it is good. Raises DeniedError."""
    client, public = await _get(work, client_id), read_public_key(jwk)
    await check_unused(work, public)
    if await work.session.get(ClientKey, (client_id, public["kid"])):
        raise DeniedError("change-refused", "此编号 (kid) 已用过，请换一个 this kid was used before: give another")
    until = (not_before or work.now) + timedelta(hours=overlap_hours)
    await work.session.execute(_END, {"client": client_id, "kid": public["kid"], "until": until})
    payload = {
        "client": client_id, "kid": public["kid"], "key": canonical_digest(public), "others_until": until.isoformat(),
        "not_before": not_before.isoformat() if not_before else None,
    }  # fmt: skip
    event = await _record(work, "client.key_added", client, payload, "active")
    key = ClientKey(
        client_id=client_id, kid=public["kid"], public=public, status="active", created_at=work.now, event_id=event,
        not_before=not_before,
    )  # fmt: skip
    work.session.add(key)
    await work.session.flush()


async def retire_key(work: UnitOfWork, *, client_id: str, kid: str) -> None:
    """End a key at once, and every token the client has. Raises DeniedError where it has no such key."""
    client = await _get(work, client_id)
    if rowcount(await work.session.execute(_RETIRE, {"client": client_id, "kid": kid})) != 1:
        raise DeniedError("change-refused", f"客户端没有此密钥 the client {client_id} has no such key in use")
    await work.session.execute(_REVOKE, {"client": client_id})
    await _record(work, "client.key_retired", client, {"client": client_id, "kid": kid}, "retired")


async def _get(work: UnitOfWork, client_id: str) -> Client:
    client = await work.session.get(Client, client_id, with_for_update=True)
    if client is None or client.status == "closed":
        raise await no_client(work, client_id)
    return client


async def _record(work: UnitOfWork, kind: str, client: Client, payload: dict[str, Any], outcome: str) -> UUID:
    account = client.client_id if client.institution_id else None
    return await work.record(kind, payload, institution=client.institution_id, account=account, outcome=outcome)
