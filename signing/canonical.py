"""Canonical JSON (RFC 8785) and the digest taken over it."""

import hashlib
from typing import TYPE_CHECKING

import rfc8785

from signing.errors import CanonicalError

if TYPE_CHECKING:
    from msgspec import Raw


def canonical_bytes(value: object) -> bytes:
    """Return the RFC 8785 form of a JSON value as UTF-8 bytes.

    Raises CanonicalError for what JSON cannot carry exactly: NaN, integers beyond 2^53, non-string keys, other types.
    """
    from signing.plain import encode, is_plain  # noqa: PLC0415 - who only reads of terms or prints help, needs none

    try:
        # For most of what we sign this encoder writes the same bytes, many times as fast.
        if is_plain(value):
            return encode(value)
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # the library checks the type itself
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as fault:
        raise CanonicalError(f"没有规范形式 no canonical form: {fault}") from fault


def written(value: object) -> "Raw":
    """Return a value's canonical form, to be a part of another plain value's without being written again.

    Raises CanonicalError.
    """
    from msgspec import Raw  # noqa: PLC0415 - as above

    return Raw(canonical_bytes(value))


def canonical_digest(value: object) -> str:
    """Return SHA-256 of a value's canonical form, in hex. Raises CanonicalError."""
    return sha256_hex(canonical_bytes(value))


def sha256_hex(data: bytes) -> str:
    """Return SHA-256 as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()
