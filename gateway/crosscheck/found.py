"""What a check found, as its digest stands in the log. Pure."""

from collections.abc import Iterable
from uuid import UUID

from signing.canonical import canonical_bytes, sha256_hex


def result_digest(found: Iterable[tuple[str, Iterable[UUID]]]) -> str:
    """Return SHA-256 over who was found and on which lists, in the order of codes."""
    return sha256_hex(canonical_bytes(sorted([code, sorted(str(one) for one in lists)] for code, lists in found)))
