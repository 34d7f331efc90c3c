"""A source as one table, whatever files it lies in: rows − gone + newer rows.

`view(place, files, columns)` is what scans read: `files` is the list the gateway keeps (gateway/scores/listing.py),
`columns` the declared ones (`Extractor.columns`). The result has the columns of schema.py, one row per record and span;
`shown_from <= D AND shown_to > D` is for whoever asks about a day D. Nothing is read before it is collected.

In the words of SQL, for engines that read the files themselves:
    rows r LEFT JOIN (SELECT batch, leaf, MAX(_written) AS last FROM gone GROUP BY batch, leaf) g
    ON g.batch = r.batch AND g.leaf = r.leaf WHERE g.last IS NULL OR r._written >= g.last
Once a dataset is compacted (compaction.py) no file of pairs is left, and all rows of all files count.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import polars as pl

from scoring_adapter.columns.files import StoredFile
from scoring_adapter.columns.place import Place
from scoring_adapter.columns.schema import WRITTEN, schema_of


def view(place: Place, files: Iterable[StoredFile], columns: Sequence[str]) -> pl.LazyFrame:
    """Return a dataset's table out of its files."""
    schema, days = schema_of(columns), _by_day(files)
    plain = [file.name for held in days.values() if not any(one.gone for one in held) for file in held]
    parts = [place.scan(plain)] if plain else []
    parts += [_less_gone(place, held) for held in days.values() if any(one.gone for one in held)]
    if not parts:
        return pl.LazyFrame(schema=schema)
    return pl.concat([part.select(list(schema)) for part in parts])


def _by_day(files: Iterable[StoredFile]) -> dict[date, list[StoredFile]]:
    days: dict[date, list[StoredFile]] = {}
    for file in files:
        days.setdefault(file.day, []).append(file)
    return {day: held for day, held in sorted(days.items()) if any(not one.gone for one in held)}


def _less_gone(place: Place, files: Sequence[StoredFile]) -> pl.LazyFrame:
    rows = place.scan([file.name for file in files if not file.gone])
    gone = place.scan([file.name for file in files if file.gone]).group_by("batch", "leaf")
    marks = gone.agg(pl.col(WRITTEN).max().alias("_last"))
    counts = pl.col("_last").is_null() | (pl.col(WRITTEN) >= pl.col("_last"))
    return rows.join(marks, on=["batch", "leaf"], how="left").filter(counts)
