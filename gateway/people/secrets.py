"""What a person proves to know and to hold: a password under argon2id (RFC 9106), a one-time code (RFC 6238)."""

from functools import cache
from typing import TYPE_CHECKING

import pyotp

from gateway.people.hashing import QUEUE
from signing.sealing import seal, unseal

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
STEP_SECONDS = 30


@cache
def _hasher() -> "PasswordHasher":
    """Return argon2id at the library's defaults: RFC 9106's second recommendation."""
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")


async def hash_password(password: str) -> str:
    """Return the hash to keep. Raises HashingBusyError."""
    return await QUEUE.run(lambda: _hasher().hash(password), known=True)  # an invitation was handed over for it


async def verify_password(stored: str | None, password: str, *, known: bool = False) -> bool:
    """Tell whether it is the password; somebody unknown takes as long as somebody known.

    `known`: the address is one the person signed in from before. Raises HashingBusyError.
    """

    def check() -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

        nobody = _nobody()  # made at the first check whoever asks, so that its time tells nothing
        try:
            _hasher().verify(stored or nobody, password)
            return stored is not None
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False

    return len(password) <= LONGEST_PASSWORD and await QUEUE.run(check, known=known)


def new_totp(kek: bytes, person_id: str) -> tuple[str, bytes]:
    """Make a secret; return it in base32 for the person's device, and sealed for keeping."""
    secret = pyotp.random_base32()
    return secret, seal(kek, secret.encode(), f"totp:{person_id}".encode())


def open_totp(kek: bytes, sealed: bytes, person_id: str) -> str:
    """Return the secret in base32."""
    return unseal(kek, sealed, f"totp:{person_id}".encode()).decode()


def totp_uri(secret: str, person_id: str, issuer: str) -> str:
    """Return the otpauth URI a device takes the secret from."""
    return pyotp.TOTP(secret).provisioning_uri(name=person_id, issuer_name=issuer)


def matched_step(secret: str, code: str, now: float, last: int) -> int | None:
    """Return the step a code belongs to, a step early or late allowed; None for a wrong or a used one."""
    totp, current = pyotp.TOTP(secret), int(now // STEP_SECONDS)
    steps = [step for step in (current - 1, current, current + 1) if step > last]
    found = [step for step in steps if pyotp.utils.strings_equal(totp.at(step * STEP_SECONDS), code)]
    return found[0] if found else None
