"""What a party binds itself to before two sets are compared in private: a salted digest over the sorted codes. Pure.

Without the salt whoever has the digest could try every set; with it the set can be shown later, and no other one.
"""

import hashlib
import hmac
from collections.abc import Iterable

PREFIX = b"xinqiao-crosscheck-set-v1\n"
SALT_BYTES = 32


def commit(salt: bytes, codes: Iterable[str]) -> str:
    """Return the commitment to a set of codes under a salt of 32 bytes, in hex. Raises ValueError for another salt."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"{SALT_BYTES} bytes")
    return hashlib.sha256(PREFIX + salt + "\n".join(sorted(set(codes))).encode()).hexdigest()


def is_committed(commitment: str, salt: bytes, codes: Iterable[str]) -> bool:
    """Tell whether a set is the one that was committed to."""
    return len(salt) == SALT_BYTES and hmac.compare_digest(commit(salt, codes), commitment)
