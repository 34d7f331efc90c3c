"""The second factor of somebody who lost the phone: recovery codes shown once, and a reset that two people make."""

import hashlib
import secrets
from datetime import timedelta

from gateway.people.lanes import forget_addresses
from gateway.people.sessions import end_sessions
from gateway.people.tables import Person
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

CODES = 10
RESET_HOURS = 72
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else
_GROUPS, _GROUP = 4, 4


def new_codes(row: Person) -> tuple[str, ...]:
    """Give a person new recovery codes in the place of the old ones, and return them: only their digests are kept."""
    codes = tuple(spell(secrets.token_bytes(32), _GROUPS) for _ in range(CODES))
    row.recovery_codes = [_digest(code) for code in codes]
    return codes


def use_code(row: Person, code: str) -> bool:
    """Use a recovery code up; tell whether it was one of the person's. The caller holds the row."""
    digest = _digest(code)
    if digest not in row.recovery_codes:
        return False
    row.recovery_codes = [kept for kept in row.recovery_codes if kept != digest]
    return True


def spell(noise: bytes, groups: int) -> str:
    """Return random bytes as groups of four letters and digits that people read and type, such as `k7tp-3mxc`."""
    letters, number = [], int.from_bytes(noise, "big")
    for _ in range(groups * _GROUP):
        number, place = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    return "-".join("".join(letters[start : start + _GROUP]) for start in range(0, len(letters), _GROUP))


async def reset_factor(work: UnitOfWork, person_id: str, approved_by: str | None = None) -> None:
    """Let a person enrol another phone with the password alone, once and for a time. Raises DeniedError.

    The old phone and the recovery codes open nothing from now on, and sessions end: whoever found the phone is out.
    The person is told at the next sign-in, with who asked for it and who approved it.
    """
    row = await work.session.get(Person, person_id, with_for_update=True)
    if row is None or row.status != "active" or row.password_hash is None:
        raise DeniedError("change-refused", f"没有用密码登录的人员 there is no person {person_id} with a password")
    row.totp_sealed, row.recovery_codes = None, []
    row.factor_reset_until = work.now + timedelta(hours=RESET_HOURS)
    row.notice = {
        "what": "factor-reset", "at": work.now.isoformat(), "asked_by": work.actor.name, "approved_by": approved_by,
    }  # fmt: skip
    await end_sessions(work.session, person_id)
    await forget_addresses(work.session, person_id)
    await work.record(
        "person.factor_reset", {"person": person_id}, institution=row.institution_id, outcome="reset"
    )  # fmt: skip
    await work.session.flush()


def _digest(code: str) -> bytes:
    return hashlib.sha256("".join(code.lower().split("-")).encode("utf-8", "replace")).digest()
