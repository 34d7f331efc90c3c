"""Files of the store: rows of a dataset that landed on a day, and pairs (batch, leaf) whose earlier rows are gone.

    <dataset>/day=YYYY-MM-DD/<id>.parquet        rows (schema.py) and `_written`
    <dataset>/day=YYYY-MM-DD/<id>.gone.parquet   batch, leaf, _written

Zstandard, sorted by subject, with statistics. A dataset's writes are numbered: a pair takes away the rows of its record
that an earlier write brought. What belongs to the store is a list that the caller keeps; a file that is not in it is
the leaving of a crash.
"""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from uuid_utils import uuid7

from scoring_adapter.columns.place import Place
from scoring_adapter.columns.schema import GONE, WRITTEN

MOST_ROWS = 1_000_000  # of a file
GROUP_ROWS = 131_072


@dataclass(frozen=True)
class StoredFile:
    """A file in the list; `digest` is SHA-256 of its bytes."""

    name: str
    dataset: str
    day: date
    gone: bool
    written: int
    row_count: int
    size: int
    digest: bytes


def write_rows(place: Place, dataset: str, day: date, written: int, rows: pl.DataFrame) -> list[StoredFile]:
    """Write rows, sorted by subject; as many files as they fill. Raises ColumnStoreError."""
    ordered = rows.sort("subject", "batch", "leaf", "shown_from")
    parts = ordered.iter_slices(MOST_ROWS) if len(rows) else ()
    return [_write(place, dataset, day, written, part, gone=False) for part in parts]


def write_gone(place: Place, dataset: str, day: date, written: int, pairs: pl.DataFrame) -> list[StoredFile]:
    """Write pairs (batch, leaf) whose rows of earlier writes no longer count. Raises ColumnStoreError."""
    if pairs.is_empty():
        return []
    return [_write(place, dataset, day, written, pairs.select("batch", "leaf").sort("batch", "leaf"), gone=True)]


def read_file(place: Place, file: StoredFile, schema: Mapping[str, Any]) -> pl.DataFrame | None:
    """Return a file's table, None where its bytes are not those that were written. Raises ColumnStoreError."""
    content = place.read(file.name)
    if hashlib.sha256(content).digest() != file.digest:
        return None
    return pl.read_parquet(io.BytesIO(content), columns=[*(GONE if file.gone else [*schema, WRITTEN])])


def _write(place: Place, dataset: str, day: date, written: int, rows: pl.DataFrame, *, gone: bool) -> StoredFile:
    target = io.BytesIO()
    table = rows.with_columns(pl.lit(written, pl.Int64).alias(WRITTEN))
    table.write_parquet(target, compression="zstd", statistics=True, row_group_size=GROUP_ROWS)
    content = target.getvalue()
    name = f"{dataset}/day={day}/{uuid7()}{'.gone' if gone else ''}.parquet"
    place.write(name, content)
    return StoredFile(
        name, dataset, day, gone, written, len(rows), len(content), hashlib.sha256(content).digest()
    )  # fmt: skip
