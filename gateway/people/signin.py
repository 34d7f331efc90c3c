"""Signing in with a password and a one-time code: one answer for every fault, a lock after five, all in the log.

1. Read the hash; the transaction ends here: comparing takes long, and nobody should wait for a connection meanwhile.
2. Compare the password.
3. Under the person's row: standing, lock, code; open the session, or count the failure.
"""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from gateway.gateway import Gateway
from gateway.people.roles import actor_of
from gateway.people.secrets import matched_step, open_totp, verify_password
from gateway.people.sessions import open_session
from gateway.people.tables import Person

MOST_FAILURES = 5
LOCK_MINUTES = 15
_HASH = text("SELECT password_hash FROM person WHERE person_id = :id")


async def sign_in(gateway: Gateway, person_id: str, password: str, code: str, now: datetime) -> str | None:
    """Return a session's cookie, or None; which part was wrong, or whether there is such a person, is not told.

    While locked nothing opens, and the lock is not told either; it ends after LOCK_MINUTES.
    """
    person_id = person_id if "\x00" not in person_id else ""
    async with gateway.database.begin("person.hash") as session:
        kept: str | None = (await session.execute(_HASH, {"id": person_id})).scalar_one_or_none()
    known = await verify_password(kept, password)
    async with gateway.database.begin("person.sign_in") as session:
        row = await session.get(Person, person_id, with_for_update=True)
        if row is None:
            return None
        reason = _refusal(gateway, row, code, now, known=known and row.password_hash == kept)
        if reason is not None:
            await _record(gateway, session, row, "person.sign_in_refused", reason, now)
            return None
        row.failures, row.locked_until = 0, None
        await _record(gateway, session, row, "person.signed_in", "password", now)
        return await open_session(session, row, now)


def _refusal(gateway: Gateway, row: Person, code: str, now: datetime, *, known: bool) -> str | None:
    """Return why not, counting a failure, or None with the code's step used up."""
    if row.status != "active":
        return row.status
    if row.locked_until and row.locked_until > now:
        return "locked"
    secret = open_totp(gateway.keys.kek, row.totp_sealed, row.person_id) if row.totp_sealed else ""
    step = matched_step(secret, code, now.timestamp(), row.totp_step) if secret else None
    if known and step is not None:
        row.totp_step = step
        return None
    row.failures += 1
    if row.failures >= MOST_FAILURES:
        row.failures, row.locked_until = 0, now + timedelta(minutes=LOCK_MINUTES)
    return "wrong"


async def _record(gateway: Gateway, session: AsyncSession, row: Person, kind: str, outcome: str, now: datetime) -> None:
    await gateway.audit.record(session, Event(kind, actor_of(row.person_id), outcome=outcome), now)
    await session.flush()
