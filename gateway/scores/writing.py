"""A write of one dataset: its files, and what it makes of each day's rows and content."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from gateway.scores.sources import HeldSource
from scoring_adapter.columns.content import PART, add_up, content_of
from scoring_adapter.columns.files import MOST_ROWS, StoredFile, write_gone, write_rows
from scoring_adapter.columns.place import Place
from scoring_adapter.columns.view import view

_PAIR = ["batch", "leaf"]


@dataclass
class Write:
    """What was written so far; `rows` and `contents` are by how much each day has changed."""

    place: Place
    source: HeldSource
    number: int
    files: list[StoredFile] = field(default_factory=list)
    rows: defaultdict[date, int] = field(default_factory=lambda: defaultdict(int))
    contents: defaultdict[date, int] = field(default_factory=lambda: defaultdict(int))
    added: int = 0
    gone: int = 0
    _waiting: list[pl.DataFrame] = field(default_factory=list)
    _day: date = date.min

    def add(self, day: date, table: pl.DataFrame) -> None:
        """Add rows of records that the store has none of, day after day. Raises ColumnStoreError."""
        if table.is_empty():
            return
        if day != self._day or sum(map(len, self._waiting)) >= MOST_ROWS:
            self.flush()
        self._day = day
        self._waiting.append(table)
        self._count(day, len(table), content_of(table))
        self.added += len(table)

    def change(self, day: date, files: list[StoredFile], pairs: pl.DataFrame, table: pl.DataFrame) -> None:
        """Replace the rows of some records (`pairs`: batch and leaf) of a day that lies in `files` by those of `table`.

        Raises ColumnStoreError where the files cannot be read.
        """
        old = held_parts(self.place, files, self.source, pairs)
        before = old.join(pairs, on=_PAIR, how="semi")
        if before.sort(before.columns).equals(table.sort(table.columns)):
            return
        now = pl.concat([old.join(pairs, on=_PAIR, how="anti"), table])
        # Parts that had no rows of these records are added whole: what else they hold lies in `old`.
        self._count(day, len(now) - len(old), add_up(content_of(now), -content_of(old)))
        gone = before.select(_PAIR).unique()
        number, name = self.number, self.source.name
        self.files += write_rows(self.place, name, day, number, table)
        self.files += write_gone(self.place, name, day, number, gone)
        self.added += len(table)
        self.gone += len(gone)

    def flush(self) -> None:
        """Write what was added."""
        if self._waiting:
            rows = pl.concat(self._waiting)
            self.files += write_rows(self.place, self.source.name, self._day, self.number, rows)
            self._waiting = []

    def _count(self, day: date, rows: int, content: int) -> None:
        self.rows[day] += rows
        self.contents[day] = add_up(self.contents[day], content)


def held_parts(place: Place, files: list[StoredFile], source: HeldSource, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return what the store holds of the parts (content.py) that these records belong to."""
    parts = pairs.select("batch", PART).unique()
    held = view(place, files, source.columns).filter(
        pl.col("batch").is_between(pl.lit(pairs["batch"].min()), pl.lit(pairs["batch"].max()))
    )
    return held.with_columns(PART).join(parts.lazy(), on=["batch", "_part"], how="semi").drop("_part").collect()
