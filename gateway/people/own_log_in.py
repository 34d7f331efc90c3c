"""Changing one's own way in: another password, another phone."""

from datetime import timedelta

from gateway.people.hashing import RETRY_SECONDS, HashingBusyError
from gateway.people.invitations import is_password, open_enrolment
from gateway.people.lanes import forget_addresses
from gateway.people.proving import proved
from gateway.people.roles import actor_of
from gateway.people.secrets import hash_password
from gateway.people.sessions import end_sessions
from gateway.people.signin import ENROL_AGAIN_HOURS, Credentials, SignInWaitError, compare_password
from gateway.runtime.work import UnitsOfWork


async def change_password(units: UnitsOfWork, sent: Credentials, new: str, cookie: str) -> str:
    """Set another password and end the person's other sessions; return "" or what will not do.

    "new": too short, too long, holds the user name, or is the old one; "proof": the old password or the code is wrong.
    Raises SignInWaitError.
    """
    if not is_password(new, sent.person_id) or new == sent.password:
        return "new"
    compared = await compare_password(units, sent)
    try:
        hashed = await hash_password(new) if compared.fits else ""  # between transactions, as it takes long
    except HashingBusyError as fault:
        raise SignInWaitError("sign-in-busy", RETRY_SECONDS) from fault
    async with proved(units, sent, "change-password", compared=compared) as found:
        if found is None:
            return "proof"
        work, row = found
        row.password_hash = hashed
        await forget_addresses(work.session, row.person_id)
        ended = await end_sessions(work.session, row.person_id, spare=cookie)
        await work.record("person.password_changed", {"ended": ended}, actor=actor_of(row.person_id), outcome="changed")
    return ""


async def begin_new_device(units: UnitsOfWork, sent: Credentials) -> str | None:
    """Let a person enrol another phone at once and return the token that opens it; None where the proof is wrong.

    The old phone, the recovery codes and every session end here. Raises SignInWaitError.
    """
    async with proved(units, sent, "new-device") as found:
        if found is None:
            return None
        work, row = found
        token = open_enrolment(work, row, timedelta(hours=ENROL_AGAIN_HOURS))
        row.recovery_codes = []
        await end_sessions(work.session, row.person_id)
        await work.record("person.enrolling_again", actor=actor_of(row.person_id), outcome="new-device")
    return token
