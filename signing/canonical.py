"""Canonical JSON (RFC 8785) and the digest taken over it."""

import hashlib
from collections.abc import Collection

import msgspec
import rfc8785

from signing.errors import CanonicalError

_LARGEST = 2**53 - 1
_encode = msgspec.json.Encoder(order="sorted").encode
_TEXTS, _HOLDERS = frozenset({str, bool, type(None), msgspec.Raw}), frozenset({dict, list})
_PLAIN = _HOLDERS | {int}


def canonical_bytes(value: object) -> bytes:
    """Return the RFC 8785 form of a JSON value as UTF-8 bytes.

    Raises CanonicalError for what JSON cannot carry exactly: NaN, integers beyond 2^53, non-string keys, other types.
    """
    try:
        # For most of what we sign this encoder writes the same bytes, many times as fast.
        if is_plain(value):
            return _encode(value)
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # the library checks the type itself
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as fault:
        raise CanonicalError(f"没有规范形式 no canonical form: {fault}") from fault


def written(value: object) -> msgspec.Raw:
    """Return a value's canonical form, to be a part of another plain value's without being written again.

    Raises CanonicalError.
    """
    return msgspec.Raw(canonical_bytes(value))


def canonical_digest(value: object) -> str:
    """Return SHA-256 of a value's canonical form, in hex. Raises CanonicalError."""
    return sha256_hex(canonical_bytes(value))


def is_plain(value: object) -> bool:
    """Tell whether a JSON value is written as RFC 8785 has it without a special rule for a number or a name.

    It has no floats then, and no integer beyond 2^53.
    """
    try:
        return _are_plain([value])
    except TypeError:  # a name that is no text
        return False


def _are_plain(values: Collection[object]) -> bool:
    kinds = {*map(type, values)} - _TEXTS
    if not kinds:
        return True
    if not kinds <= _PLAIN or (int in kinds and any(type(one) is int and abs(one) > _LARGEST for one in values)):
        return False
    for one in values if kinds & _HOLDERS else ():
        if type(one) is dict:
            if not ("".join(one).isascii() and _are_plain(one.values())):
                return False
        elif type(one) is list and not _are_plain(one):
            return False
    return True


def sha256_hex(data: bytes) -> str:
    """Return SHA-256 as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()
