"""Records events: the event, its sealed payload and its place in the queue, in the caller's transaction."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from audit.errors import AuditError
from audit.events import SALT_BYTES, Event, commitment, leaf_of, payload_bytes
from audit.subject_keys import NO_SUBJECT, SubjectKeys
from signing.canonical import canonical_bytes
from signing.merkle import EMPTY_ROOT, leaf_hash
from signing.sealing import seal, unseal

# What an event's row is made of, by type.
_COLUMNS = {
    "id": "uuid", "leaf": "bytea", "hash": "bytea", "ts": "timestamptz", "type": "text", "actor": "text",
    "institution": "text", "account": "text", "subject": "text", "outcome": "text", "key": "uuid", "sealed": "bytea",
}  # fmt: skip
# A payload is written only if its key still exists: fewer pending rows than events mean that a key was destroyed.
_INSERT = """
    WITH given AS (SELECT {source}), event AS (
        INSERT INTO audit_event (event_id, log_id, leaf, leaf_hash, ts, type, actor, institution, account, subject,
                                 outcome)
        SELECT id, :log, leaf, hash, ts, type, actor, institution, account, subject, outcome FROM given
    ), payload AS (
        INSERT INTO audit_payload (event_id, key_id, sealed) SELECT id, key, sealed FROM given
    )
    INSERT INTO audit_pending (event_id, log_id, leaf_hash) SELECT id, :log, hash FROM given
    JOIN audit_dek ON key_id = key AND wrapped_key IS NOT NULL
"""
_VALUES = ", ".join(f"CAST(:{name} AS {kind}) AS {name}" for name, kind in _COLUMNS.items())
_ARRAYS = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _COLUMNS.items())
INSERT_EVENT = text(_INSERT.format(source=_VALUES))
INSERT_EVENTS = text(_INSERT.format(source=f"* FROM unnest({_ARRAYS}) AS given ({', '.join(_COLUMNS)})"))
FIND_PAYLOADS = text("""
    SELECT p.event_id, p.key_id, k.wrapped_key, p.sealed FROM audit_payload p JOIN audit_dek k USING (key_id)
    WHERE p.event_id = ANY(CAST(:ids AS uuid[])) AND p.sealed IS NOT NULL AND k.wrapped_key IS NOT NULL
""")


async def open_log(session: AsyncSession, origin: str, now: datetime) -> int:
    """Create the log of a new origin, with an empty tree, and return its id. Runs as the owner, once."""
    log_id: int = (await session.execute(text("SELECT coalesce(max(log_id), 0) + 1 FROM audit_log"))).scalar_one()
    await session.execute(
        text("INSERT INTO audit_log VALUES (:log, :origin, :now)"), {"log": log_id, "origin": origin, "now": now}
    )
    await session.execute(text("INSERT INTO audit_state VALUES (:log, 0, :root)"), {"log": log_id, "root": EMPTY_ROOT})
    return log_id


async def find_log(session: AsyncSession, origin: str) -> int | None:
    """Return the id of an origin's log."""
    found = await session.execute(text("SELECT log_id FROM audit_log WHERE origin = :origin"), {"origin": origin})
    return found.scalar_one_or_none()


async def list_logs(session: AsyncSession) -> list[str]:
    """Return the origins of the logs that this database holds."""
    return list((await session.execute(text("SELECT origin FROM audit_log ORDER BY log_id"))).scalars())


class Recorder:
    """Adds events to one log, in the caller's transaction: an action whose event cannot be recorded does not commit."""

    def __init__(self, log_id: int, origin: str, kek: bytes) -> None:
        """Take the log's id and origin, and the 32-byte key that wraps the subjects' keys."""
        self.log_id, self.origin = log_id, origin
        self._kek, self._keys = kek, SubjectKeys(kek)

    async def record(
        self, session: AsyncSession, event: Event, now: datetime | None = None, event_id: UUID | None = None
    ) -> UUID:
        """Record an event and return its id; `event_id` (UUIDv7) is given where something signed names it before.

        Raises EventError when it has no leaf.
        """
        event_id = event_id or uuid7()
        await self._insert(session, [(event_id, event, now or datetime.now(UTC))])
        return event_id

    async def record_all(self, session: AsyncSession, events: Sequence[tuple[UUID, Event, datetime]]) -> None:
        """Record events under ids that are given (UUIDv7), with their times, in one statement.

        Raises EventError when one of them has no leaf.
        """
        if events:
            await self._insert(session, events)

    async def _insert(self, session: AsyncSession, events: Sequence[tuple[UUID, Event, datetime]]) -> None:
        keys = await self._keys.get(session, {event.subject or NO_SUBJECT for _, event, _ in events})
        rows = [self._row(event_id, event, at, *keys[event.subject or NO_SUBJECT]) for event_id, event, at in events]
        if len(rows) == 1:  # for one event, arrays cost more than the rest of the statement
            written = await session.execute(INSERT_EVENT, {"log": self.log_id, **rows[0]})
        else:
            columns = {name: [row[name] for row in rows] for name in _COLUMNS}
            written = await session.execute(INSERT_EVENTS, {"log": self.log_id, **columns})
        if written.rowcount != len(rows):  # type: ignore[attr-defined]  # an INSERT has one
            self._keys.forget()
            raise AuditError(
                "事件的密钥已销毁，不能再记录 the key of an event is gone: nothing more can be recorded under it"
            )

    def _row(self, event_id: UUID, event: Event, at: datetime, key_id: UUID, key: bytes) -> dict[str, object]:
        salt, payload = os.urandom(SALT_BYTES), payload_bytes(event.payload)
        leaf = leaf_of(event, event_id, at, commitment(salt, payload))
        sealed = seal(key, canonical_bytes({"salt": salt.hex(), "payload": payload.decode()}), event_id.bytes)
        return {
            "id": event_id, "leaf": leaf, "hash": leaf_hash(leaf), "ts": at, "type": event.type,
            "actor": event.actor, "institution": event.institution, "account": event.account,
            "subject": event.subject, "outcome": event.outcome, "key": key_id, "sealed": sealed,
        }  # fmt: skip

    def open_payload(self, event_id: UUID, key_id: UUID, wrapped: bytes, sealed: bytes) -> dict[str, str]:
        """Return an event's `salt` (hex) and `payload` (canonical JSON), which its leaf's commitment is over."""
        opened: dict[str, str] = json.loads(unseal(unseal(self._kek, wrapped, key_id.bytes), sealed, event_id.bytes))
        return opened

    async def find_payload(self, session: AsyncSession, event_id: UUID) -> dict[str, str] | None:
        """Return an event's salt and payload, None where they have been erased."""
        return (await self.find_payloads(session, [event_id])).get(event_id)

    async def find_payloads(self, session: AsyncSession, event_ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
        """Return salts and payloads of events; those that have been erased are left out."""
        rows = await session.execute(FIND_PAYLOADS, {"ids": list(event_ids)})
        return {row.event_id: self.open_payload(row.event_id, row.key_id, row.wrapped_key, row.sealed) for row in rows}

    async def takes(self, session: AsyncSession, subject: str) -> bool:
        """Tell whether anything can still be recorded about a subject: not once its key was destroyed."""
        return await self._keys.is_live(session, subject)
