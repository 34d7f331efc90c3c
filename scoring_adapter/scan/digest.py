"""What tells whether two computations of a day came to the same: a digest for each column, over subjects and values.

Integers of eight bytes, the least first; a byte for each value says whether there is one. Frames may come in any sizes,
in the order of their subjects.
"""

import hashlib
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from _hashlib import HASH

SUBJECT = "subject"


class ColumnDigests:
    """SHA-256 of every column of what is added: `subject` and columns of integers."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._subjects = hashlib.sha256()
        self._columns: dict[str, tuple[HASH, HASH]] = {}

    def add(self, frame: pl.DataFrame) -> None:
        """Take the next subjects in; the columns are those of the first frame."""
        self._subjects.update(_bytes(frame[SUBJECT]))
        for column in frame.drop(SUBJECT):
            values, given = self._columns.setdefault(column.name, (hashlib.sha256(), hashlib.sha256()))
            values.update(_bytes(column.fill_null(0)))
            given.update(column.is_not_null().cast(pl.UInt8).to_numpy().tobytes())

    def digests(self) -> dict[str, str]:
        """Return the digest of each column, in hex."""
        subjects = self._subjects.digest()
        return {
            name: hashlib.sha256(subjects + values.digest() + given.digest()).hexdigest()
            for name, (values, given) in self._columns.items()
        }


def _bytes(column: pl.Series) -> bytes:
    return column.cast(pl.Int64).to_numpy().astype("<i8", copy=False).tobytes()
