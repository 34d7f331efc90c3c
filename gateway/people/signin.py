"""Signing in with a password and a one-time code: one answer for every fault, a lock after five, all in the log.

1. Read the hash; the transaction ends here: comparing takes long, and nobody should wait for a connection meanwhile.
2. Compare the password.
3. Under the person's row: standing, lock, code; open the session, or count the failure.
"""

from datetime import timedelta

from sqlalchemy import text

from gateway.people.roles import actor_of
from gateway.people.secrets import matched_step, open_totp, verify_password
from gateway.people.sessions import end_session, end_sessions, open_session
from gateway.people.tables import Person
from gateway.runtime.actor import ANYONE
from gateway.runtime.work import UnitOfWork, UnitsOfWork

MOST_FAILURES = 5
LOCK_MINUTES = 15
_HASH = text("SELECT password_hash FROM person WHERE person_id = :id")


async def sign_in(units: UnitsOfWork, person_id: str, password: str, code: str) -> str | None:
    """Return a session's cookie, or None; which part was wrong, or whether there is such a person, is not told.

    While locked nothing opens, and the lock is not told either; it ends after LOCK_MINUTES. The log tells the reason.
    """
    person_id = person_id if "\x00" not in person_id else ""
    async with units.begin("person.hash", ANYONE) as work:
        stored: str | None = (await work.session.execute(_HASH, {"id": person_id})).scalar_one_or_none()
    known = await verify_password(stored, password)
    async with units.begin("person.sign_in", ANYONE) as work:
        row = await work.session.get(Person, person_id, with_for_update=True)
        if row is None:
            return None
        reason = _refusal(work, row, code, known=known and row.password_hash == stored)
        if reason is not None:
            await record_sign_in(work, row, "person.sign_in_refused", reason)
            return None
        row.failures, row.locked_until = 0, None
        await record_sign_in(work, row, "person.signed_in", "password")
        return await open_session(work.session, row, work.now)


async def sign_out(work: UnitOfWork, person_id: str, cookie: str, *, everywhere: bool) -> None:
    """End this session, or all of the person's."""
    if everywhere:
        await end_sessions(work.session, person_id)
    await end_session(work.session, cookie)
    await work.record("person.signed_out", outcome="everywhere" if everywhere else "here")


async def record_sign_in(work: UnitOfWork, row: Person, event_type: str, outcome: str) -> None:
    """Record what became of somebody's sign-in."""
    await work.record(event_type, institution=row.institution_id, outcome=outcome, actor=actor_of(row.person_id))
    await work.session.flush()


def _refusal(work: UnitOfWork, row: Person, code: str, *, known: bool) -> str | None:
    """Return why not, counting a failure, or None with the code's step used up."""
    if row.status != "active":
        return row.status
    if row.locked_until and row.locked_until > work.now:
        return "locked"
    secret = open_totp(work.keys.kek, row.totp_sealed, row.person_id) if row.totp_sealed else ""
    step = matched_step(secret, code, work.now.timestamp(), row.totp_step) if secret else None
    if known and step is not None:
        row.totp_step = step
        return None
    row.failures += 1
    if row.failures >= MOST_FAILURES:
        row.failures, row.locked_until = 0, work.now + timedelta(minutes=LOCK_MINUTES)
    return "wrong-code" if known else "wrong-password"
