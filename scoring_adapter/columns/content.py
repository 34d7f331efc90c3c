"""What a table says, as a digest that depends on neither files, order nor machine, and can be kept up to date. Pure.

Rows are taken in parts: up to 16,384 leaves of one batch. A part's digest is over its rows in their order; the parts of
a day are added up (modulo 2^2048, for an adding-up of fewer bits could be forged), so that a change costs its parts.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl

LEAVES = 1 << 14  # of a part
BYTES = 256
_MODULUS = 1 << 8 * BYTES
PART = (pl.col("leaf") // LEAVES).alias("_part")


def content_of(rows: pl.DataFrame) -> int:
    """Return what the parts of a table add up to; every part is whole."""
    if rows.is_empty():
        return 0
    ordered = rows.sort("batch", "leaf", "shown_from")
    numbers = np.ascontiguousarray(ordered.select(pl.all().cast(pl.Int64).fill_null(0)).to_numpy(), dtype="<i8")
    given = np.ascontiguousarray(ordered.select(pl.all().is_not_null().cast(pl.UInt8)).to_numpy())
    parts = ordered.select("batch", PART.cast(pl.Int64)).to_numpy()
    turns = np.flatnonzero((parts[1:] != parts[:-1]).any(axis=1)) + 1
    ends = [0, *turns.tolist(), len(parts)]
    total = 0
    for begin, end in pairwise(ends):
        digest = hashlib.sha256(numbers[begin:end].tobytes())
        digest.update(given[begin:end].tobytes())
        total += int.from_bytes(hashlib.shake_256(digest.digest()).digest(BYTES))
    return total % _MODULUS


def add_up(*contents: int) -> int:
    """Return contents added up; a negative one is taken away."""
    return sum(contents) % _MODULUS


def to_bytes(content: int) -> bytes:
    """Return a content as it is stored."""
    return content.to_bytes(BYTES)


def content_digest(dataset: str, day: date, columns: Sequence[str], content: int) -> str:
    """Return the digest of a dataset's day, in hex: what events name."""
    told = f"{dataset}\n{day}\n{','.join(columns)}\n".encode() + to_bytes(content)
    return hashlib.sha256(told).hexdigest()
