"""What a digest over many acts of one kind is made of: they come with one event. Pure.

The rows are digested in the order of their records' ids, each by itself first, so that the server can do it too.
"""

import hashlib
from typing import Any


class ActsDigest:
    """Takes acts one after the other."""

    def __init__(self) -> None:
        self._digest: Any = hashlib.sha256()
        self.count = 0

    def add(self, record: str, key: str, version: int, number: int) -> None:
        """Take the next act: upon which record, its key and version, and which act of that key it is."""
        self.count += 1
        self._digest.update(hashlib.sha256(f"{record}|{key}|{version}|{number}".encode()).digest())

    def hexdigest(self) -> str:
        """Return the digest in hex."""
        return str(self._digest.hexdigest())


IN_SQL = """
    encode(sha256(string_agg(sha256(convert_to(
        record_id || '|' || business_key || '|' || version || '|' || number, 'UTF8')), ''::bytea ORDER BY record_id)),
        'hex')
"""
