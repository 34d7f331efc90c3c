"""Canonical JSON (RFC 8785) and the digest taken over it."""

import hashlib

import rfc8785

from signing.errors import CanonicalError


def canonical_bytes(value: object) -> bytes:
    """Return the RFC 8785 form of a JSON value as UTF-8 bytes.

    Raises CanonicalError for what JSON cannot carry exactly: NaN, integers beyond 2^53, non-string keys, other types.
    """
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # the library checks the type itself
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as fault:
        raise CanonicalError(f"no canonical form: {fault}") from fault


def sha256_hex(data: bytes) -> str:
    """Return SHA-256 as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()
