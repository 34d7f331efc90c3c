"""Signing in with a password and a code: one answer for every fault, slower with each, all in the log.

1. Read the hash and take the lanes of the try; the transaction ends here: comparing takes long, and nobody should wait
   for a connection meanwhile.
2. Compare the password, in a queue of its own.
3. Under the person's row: standing and code; open the session, or record the failure.
"""

import math
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from gateway.people.factors import use_code
from gateway.people.hashing import RETRY_SECONDS, HashingBusyError
from gateway.people.invitations import open_enrolment
from gateway.people.lanes import Lanes, find_lanes, free_lanes, take_lanes
from gateway.people.roles import actor_of
from gateway.people.secrets import matched_step, open_totp, verify_password
from gateway.people.sessions import end_session, end_sessions, open_session
from gateway.people.tables import Person
from gateway.runtime.actor import ANYONE
from gateway.runtime.errors import GatewayError
from gateway.runtime.work import UnitOfWork, UnitsOfWork

ENROL_AGAIN_HOURS = 24
_HASH = text("SELECT password_hash FROM person WHERE person_id = :id")


class SignInWaitError(GatewayError):
    """Nothing was compared: come back after `seconds`. `key` is the text that says why."""

    def __init__(self, key: str, seconds: float) -> None:
        super().__init__(key)
        self.key, self.seconds = key, max(1, math.ceil(seconds))


@dataclass(frozen=True)
class Credentials:
    """What somebody sends to sign in, from where, and with what."""

    person_id: str
    password: str
    code: str
    address: str
    device: str = ""


@dataclass(frozen=True)
class Entry:
    """What opens: a session by its cookie; or, where the second factor was reset, the enrolment of another one.

    `told`: something happened meanwhile that the person is told of first.
    """

    cookie: str = ""
    enrolment: str = ""
    told: bool = False


@dataclass(frozen=True)
class Compared:
    """Whose password was compared and on which lanes; the hash it fits, None where it is another."""

    person_id: str
    lanes: Lanes
    fits: str | None

    def proves(self, row: Person) -> bool:
        """Tell whether the password was right, and still is."""
        return self.fits is not None and row.password_hash == self.fits


async def sign_in(units: UnitsOfWork, sent: Credentials) -> Entry | None:
    """Return what opens, or None; which part was wrong, or whether there is such a person, is not told.

    The log tells the reason. Raises SignInWaitError where this account or address has to wait, or the queue is full.
    """
    compared = await compare_password(units, sent)
    async with units.begin("person.sign_in", ANYONE) as work:
        row = await work.session.get(Person, compared.person_id, with_for_update=True)
        return None if row is None else await _enter(work, row, sent, compared)


async def compare_password(units: UnitsOfWork, sent: Credentials) -> Compared:
    """Compare a password, in its turn and between transactions. Raises SignInWaitError as sign_in does."""
    person_id = sent.person_id if "\x00" not in sent.person_id else ""
    async with units.begin("person.hash", ANYONE) as work:
        stored: str | None = (await work.session.execute(_HASH, {"id": person_id})).scalar_one_or_none()
        lanes = await find_lanes(work.session, work.keys.kek, person_id, sent.address, work.now)
        if wait := await take_lanes(work.session, lanes, work.now):
            raise SignInWaitError("sign-in-slowed", wait)
    try:
        right = await verify_password(stored, sent.password, known=lanes.known)
    except HashingBusyError as fault:
        raise SignInWaitError("sign-in-busy", RETRY_SECONDS) from fault
    return Compared(person_id, lanes, stored if right else None)


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


async def _enter(work: UnitOfWork, row: Person, sent: Credentials, compared: Compared) -> Entry | None:
    right = compared.proves(row)
    if right and row.status == "active" and row.factor_reset_until and row.factor_reset_until > work.now:
        row.factor_reset_until = None
        token = open_enrolment(work, row, timedelta(hours=ENROL_AGAIN_HOURS))
        await record_sign_in(work, row, "person.enrolling_again", "invited")
        return Entry(enrolment=token)
    reason = await find_refusal(work, row, sent.code, right=right)
    if reason is not None:
        await record_sign_in(work, row, "person.sign_in_refused", reason)
        return None
    await free_lanes(work.session, compared.lanes, row.person_id, work.now)
    await record_sign_in(work, row, "person.signed_in", "password")
    cookie = await open_session(work.session, row, work.now, sent.device)
    return Entry(cookie=cookie, told=row.notice is not None)


async def find_refusal(work: UnitOfWork, row: Person, code: str, *, right: bool) -> str | None:
    """Return why not, or None with the code used up: the step of a one-time code, or a recovery code."""
    if row.status != "active":
        return row.status
    secret = open_totp(work.keys.kek, row.totp_sealed, row.person_id) if row.totp_sealed else ""
    step = matched_step(secret, code, work.now.timestamp(), row.totp_step) if secret else None
    if not right:
        return "wrong-password"
    if step is not None:
        row.totp_step = step
        return None
    if not use_code(row, code):
        return "wrong-code"
    await work.record(
        "person.recovery_code_used", {"left": len(row.recovery_codes)}, outcome="used", actor=actor_of(row.person_id)
    )  # fmt: skip
    return None
