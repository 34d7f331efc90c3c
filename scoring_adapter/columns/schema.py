"""What a source's table looks like: columns that every table has, then the declared ones, all of them integers. Pure.

    subject      i64   the enterprise (subject.number); 0 in a series that is about nobody
    batch, leaf  i64, i32   the sealed record (batch.number, and its place in the batch)
    shown_from, shown_to    i32   it may count for a day D when shown_from <= D < shown_to
    recorded     i32   the day of landing
    then i64, null where the record says nothing, in the declared order

Days are days since 1970-01-01. A record has as many rows as there are spans of days in which it may count.
"""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
import polars as pl

from scoring_adapter.tags.declaration import Source

FIXED: Mapping[str, type[pl.DataType]] = {
    "subject": pl.Int64, "batch": pl.Int64, "leaf": pl.Int32, "shown_from": pl.Int32, "shown_to": pl.Int32,
    "recorded": pl.Int32,
}  # fmt: skip
WRITTEN = "_written"  # in files alone: which of a dataset's writes it came with
GONE: Mapping[str, type[pl.DataType]] = {"batch": pl.Int64, "leaf": pl.Int32, WRITTEN: pl.Int64}
_FORM = 1  # raise it where the same declaration comes to other values: every dataset is then built anew


def schema_of(columns: Sequence[str]) -> dict[str, type[pl.DataType]]:
    """Return a table's columns with their types; `columns` are the declared ones."""
    return {**FIXED, **dict.fromkeys(columns, pl.Int64)}


def frame_of(cells: Sequence[Sequence[int | None]], columns: Sequence[str]) -> pl.DataFrame:
    """Return a table out of the cells of each of its columns; none at all make an empty table."""
    schema = schema_of(columns)
    if not cells:
        return pl.DataFrame(schema=schema)
    series = zip(schema.items(), cells, strict=True)
    return pl.DataFrame([pl.Series(name, values, dtype) for (name, dtype), values in series])


def declaration_digest(source: Source, *, nobody: bool) -> str:
    """Return what tells whether a dataset's columns would come out otherwise than they are."""
    columns = [
        [name, {member: value for member, value in msgspec.structs.asdict(column).items() if value}]
        for name, column in source.columns.items()
    ]
    told = msgspec.json.encode([_FORM, nobody, columns], order="sorted")
    return hashlib.sha256(told).hexdigest()


def held_sources(sources: Mapping[str, Source]) -> dict[str, bool]:
    """Return the datasets that have a table, each with whether it is a series about nobody. Unions have none."""
    series = {reference.dataset for source in sources.values() for reference in source.references.values()}
    return {name: name in series for name, source in sources.items() if source.columns and not source.union}
