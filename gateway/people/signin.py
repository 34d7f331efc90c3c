"""Signing in with a password and a one-time code: one answer for every fault, a lock after five, all in the log."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from gateway.people.roles import actor_of
from gateway.people.secrets import matched_step, open_totp, verify_password
from gateway.people.tables import Person
from gateway.state import Gateway

MOST_FAILURES = 5
LOCK_MINUTES = 15


async def sign_in(
    gateway: Gateway, session: AsyncSession, person_id: str, password: str, code: str, now: datetime
) -> Person | None:
    """Return who it is, or None; which part was wrong, or whether there is such a person, is not told.

    While locked nothing is compared, and the lock is not told either; it opens after LOCK_MINUTES.
    """
    row = await session.get(Person, person_id, with_for_update=True) if "\x00" not in person_id else None
    known = await verify_password(row.password_hash if row else None, password)
    if row is None:
        return None
    if row.status != "active" or (row.locked_until and row.locked_until > now):
        await _refuse(gateway, session, row, "locked" if row.status == "active" else row.status, now)
        return None
    secret = open_totp(gateway.keys.kek, row.totp_sealed, row.person_id) if row.totp_sealed else ""
    step = matched_step(secret, code, now.timestamp(), row.totp_step) if secret else None
    if not known or step is None:
        row.failures += 1
        if row.failures >= MOST_FAILURES:
            row.failures, row.locked_until = 0, now + timedelta(minutes=LOCK_MINUTES)
        await _refuse(gateway, session, row, "wrong", now)
        return None
    row.failures, row.locked_until, row.totp_step = 0, None, step
    await gateway.audit.record(session, Event("person.signed_in", actor_of(row.person_id), outcome="password"), now)
    await session.flush()
    return row


async def _refuse(gateway: Gateway, session: AsyncSession, row: Person, reason: str, now: datetime) -> None:
    event = Event("person.sign_in_refused", actor_of(row.person_id), outcome=reason)
    await gateway.audit.record(session, event, now)
    await session.flush()
