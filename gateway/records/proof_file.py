"""The file that proves a record: its name for itself, its members, and how it is written. Pure."""

from typing import Any

from signing.canonical import canonical_bytes

TYPE = "xinqiao-record-proof/1"
MEMBERS = frozenset({"type", "canonical", "leaf_index", "path", "statement", "agency_signature", "agency_key", "entry"})
ENTRY_MEMBERS = frozenset({"index", "leaf", "path", "checkpoint", "salt", "payload"})
KEY_MEMBERS = ("kty", "crv", "x", "y", "n", "e", "kid")


def file_bytes(proof: dict[str, Any]) -> bytes:
    """Return a proof as a file has it: canonical, so that no byte of it can be another."""
    return canonical_bytes(proof) + b"\n"
