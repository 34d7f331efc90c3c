"""Enterprises whose outcome is known, a row each: what a card is fitted and tried on. Pure but for the file.

    outcome   1 where it went bad, 0 where it did not
    <tag>     the tag's value, in its own unit (fen, basis points, days …: docs/tags.md), empty where there is nothing
    train     1 where the row is to be fitted on, 0 where it is held out (optional)
    period, industry, size   by which figures are told apart (optional)

Parquet or CSV (UTF-8, a header).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring_adapter.errors import ModelError
from scoring_adapter.tags.catalogue import TagCatalogue

OUTCOME, TRAIN, PERIOD = "outcome", "train", "period"
APART = (PERIOD, "industry", "size")
MOST_ROWS = 5_000_000
LEAST_OF_EACH = 50  # good and bad ones: of fewer nothing is told
SHOWN = 5


@dataclass(frozen=True)
class Labelled:
    """A table that was read: `frame` as above, `tags` those of its columns that are tags, in their order."""

    frame: pl.DataFrame
    tags: tuple[str, ...]

    @property
    def bad(self) -> NDArray[np.bool_]:
        """Which enterprises went bad."""
        bad: NDArray[np.bool_] = self.frame[OUTCOME].to_numpy() == 1
        return bad

    @property
    def apart(self) -> list[str]:
        """The columns by which figures are told apart."""
        return [name for name in APART if name in self.frame.columns]

    def values(self, tags: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the values of tags, a column each, and where there is one; a tag that is no column has none."""
        values = np.zeros((len(self.frame), len(tags)), np.int64, order="F")
        given = np.zeros(values.shape, np.bool_, order="F")
        for at, tag in enumerate(tags):
            if tag in self.frame.columns:
                column = self.frame[tag]
                values[:, at], given[:, at] = column.fill_null(0).to_numpy(), column.is_not_null().to_numpy()
        return values, given


def read_table(path: Path, catalogue: TagCatalogue, more: Collection[str] = ()) -> Labelled:
    """Read a table; `more` are columns of whole numbers that it may have besides, and that count as tags.

    Raises ModelError that names the column and the rows, and what to do.
    """
    frame = _read(path)
    if OUTCOME not in frame.columns:
        raise ModelError(f"缺少列 {OUTCOME}（1 违约，0 正常）the column {OUTCOME} is missing: 1 went bad, 0 did not")
    unknown = [name for name in frame.columns if name not in {OUTCOME, TRAIN, *APART, *catalogue.by_id, *more}]
    if unknown:
        raise ModelError(f"没有这些标签 no such tags: {', '.join(unknown[:SHOWN])}（docs/tags.md）")
    tags = tuple(name for name in frame.columns if name in catalogue.by_id or name in more)
    whole = [_whole(frame[name], required=name in {OUTCOME, TRAIN}) for name in frame.columns if name not in APART]
    texts = [pl.col(name).cast(pl.String) for name in APART if name in frame.columns]
    table = Labelled(frame.with_columns(*whole, *texts), tags)
    for name in {OUTCOME, TRAIN} & set(frame.columns):
        if not table.frame[name].is_in([0, 1]).all():
            raise ModelError(f"列 {name} 只能是 0 或 1 the column {name} is 0 or 1")
    bad = int(table.bad.sum())
    if min(bad, len(frame) - bad) < LEAST_OF_EACH:
        raise ModelError(
            f"违约与正常各须至少 {LEAST_OF_EACH} 家 at least so many good and bad ones: {len(frame) - bad}, {bad}"
        )
    return table


def _read(path: Path) -> pl.DataFrame:
    try:
        reading = pl.scan_parquet(path) if path.suffix == ".parquet" else pl.scan_csv(path, infer_schema=False)
        frame = reading.head(MOST_ROWS + 1).collect()
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as fault:
        raise ModelError(f"表无法读取 the table cannot be read: {path.name}: {str(fault).splitlines()[0]}") from fault
    if len(frame) > MOST_ROWS:
        raise ModelError(f"最多 {MOST_ROWS} 行 at most so many rows")
    return frame


def _whole(column: pl.Series, *, required: bool) -> pl.Series:
    """Return a column as whole numbers. Raises ModelError that names rows with anything else, as a person counts."""
    filled = column.replace("", None) if column.dtype == pl.String else column
    if not (filled.dtype.is_integer() or filled.dtype in {pl.String, pl.Null}):
        raise ModelError(f"列 {column.name} 不是整数 the column is not of whole numbers: {column.dtype}")
    numbers = filled.cast(pl.Int64, strict=False)
    faults = (numbers.is_null() if required else numbers.is_null() & filled.is_not_null()).arg_true() + 1
    if len(faults):
        rows = ", ".join(map(str, faults.head(SHOWN)))
        raise ModelError(f"列 {column.name} 第 {rows} 行不是整数 not a whole number in rows {rows} of {column.name}")
    return numbers
