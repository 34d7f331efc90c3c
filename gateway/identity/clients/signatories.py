"""What becomes of an enterprise's signatories: a new one, or a new key, waits where the enterprise had one before.

Until the wait is over an effective signatory of the enterprise may confirm the key, which is good at once, or object,
which ends it: whoever took over the register cannot sign for an enterprise behind its back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.clients.registry import read_uscc
from gateway.identity.tables import Client, ClientKey
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork

_HAD_ONE = text("""
    SELECT EXISTS (SELECT FROM client WHERE kind = 'signatory' AND subject = :subject)
        OR EXISTS (SELECT FROM person WHERE enterprise = :subject)
""")
_KEYS = text("""
    SELECT c.client_id, c.status, k.kid, k.status AS key_status, k.created_at, k.not_before, k.not_after, k.decided,
           k.decided_by, k.event_id
    FROM client c JOIN client_key k USING (client_id)
    WHERE c.kind = 'signatory' AND c.subject = :subject ORDER BY k.created_at DESC, k.kid LIMIT :most
""")
_RESTORE = text("""
    UPDATE client_key SET not_after = NULL WHERE client_id = :client AND kid <> :kid AND status = 'active'
        AND not_after >= :waited_for
""")
MOST_SHOWN = 500
DECISIONS = {"confirm": "confirmed", "object": "objected"}


async def effective_from(
    work: UnitOfWork, wait_hours: int, *, subject: str | None = None, client_id: str | None = None
) -> datetime | None:
    """Return when a key may first be used, None for at once: of a new signatory of `subject`, or of client `client_id`.

    An owner who signs in counts as a signatory does. Two that are added at the same moment take turns, so that one of
    them is the second.
    """
    if client_id is not None:
        client = await work.session.get(Client, client_id)
        waits = client is not None and client.kind == "signatory"
    else:
        uscc = read_uscc(subject)
        await take(work.session, Lock.SIGNATORIES, uscc)
        waits = (await work.session.execute(_HAD_ONE, {"subject": uscc})).scalar_one()
    return await database_now(work.session) + timedelta(hours=wait_hours) if waits else None


async def list_signatories(work: UnitOfWork) -> Sequence[Row[Any]]:
    """Return every key of every signatory of the acting signatory's enterprise, newest first. Raises DeniedError."""
    return await keys_of(work.session, _enterprise(work))


async def keys_of(session: AsyncSession, subject: str) -> Sequence[Row[Any]]:
    """Return every key of every signatory of an enterprise (USCC), newest first."""
    return (await session.execute(_KEYS, {"subject": subject, "most": MOST_SHOWN})).all()


def signatory_document(row: Row[Any], now: datetime) -> dict[str, Any]:
    """Return a key of a signatory as the interface shows it."""
    waiting = row.key_status == "active" and row.not_before is not None and row.not_before > now
    ended = row.key_status != "active" or (row.not_after is not None and row.not_after <= now)
    return {
        "signatory": row.client_id, "status": row.status, "kid": row.kid,
        "key": row.decided if row.decided == "objected" else "waiting" if waiting else "ended" if ended else "in-use",
        "added_at": row.created_at.isoformat(),
        "effective_from": (row.not_before or row.created_at).isoformat(),
        "ends_at": row.not_after.isoformat() if row.not_after else None,
        "decided": row.decided, "decided_by": row.decided_by, "entry": str(row.event_id),
    }  # fmt: skip


async def decide_key(work: UnitOfWork, *, client_id: str, kid: str, decision: str) -> ClientKey:
    """Confirm or object to a key that waits, as an effective signatory of the same enterprise; return it.

    Raises DeniedError where there is no such key of this enterprise, or it does not wait any more.
    """
    client = await work.session.get(Client, client_id, with_for_update=True)
    if client is None or client.kind != "signatory" or client.subject != _enterprise(work):
        raise DeniedError("signatory-not-found")
    key = await work.session.get(ClientKey, (client_id, kid), with_for_update=True)
    now = await database_now(work.session)
    if key is None:
        raise DeniedError("signatory-not-found")
    if key.status != "active" or key.not_before is None or key.not_before <= now:
        raise DeniedError("signatory-decided")
    key.decided, key.decided_by, waited_for = DECISIONS[decision], work.actor.name, key.not_before
    if decision == "confirm":
        key.not_before = now
    else:
        key.status = "retired"
        await work.session.execute(_RESTORE, {"client": client_id, "kid": kid, "waited_for": waited_for})
    payload = {"client": client_id, "kid": kid, "not_before": key.not_before.isoformat()}
    await work.record(f"signatory.key_{DECISIONS[decision]}", payload, outcome=DECISIONS[decision])
    await work.session.flush()
    return key


def _enterprise(work: UnitOfWork) -> str:
    if work.actor.kind != "signatory" or work.actor.subject is None:
        raise DeniedError("insufficient-scope", "只有企业签署人可以查看。Only an enterprise's signatory may.")
    return work.actor.subject
