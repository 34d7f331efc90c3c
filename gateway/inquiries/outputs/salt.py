"""The salt of an institution: digests in its answers are not those in another institution's. Pure.

It is told in the answer, so that whoever has a record can see that the answer rests on it; nobody gets from one
institution's digests to another's without the records.
"""

import hmac

_CONTEXT = b"xinqiao-answer-salt/v1/"


def salt_of(kek: bytes, institution: str) -> bytes:
    """Return the salt of an institution, always the same."""
    return hmac.digest(kek, _CONTEXT + institution.encode(), "sha256")


def salted(digest: str, salt: bytes) -> str:
    """Return a digest (hex) as an institution with this salt is shown it: HMAC-SHA-256."""
    return hmac.digest(salt, bytes.fromhex(digest), "sha256").hex()
