"""What a plan's queries come to, each in a file of its own: subjects rising, a column per part.

An engine makes them one at a time, so that memory holds one; whoever scores reads the subjects of a piece out of all. A
file that is there is whole, so what was interrupted goes on with the query it was at. Spark's job leaves the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring_adapter.scan.polars_engine import Tables, answer, others_of
from scoring_adapter.scan.touched import NOBODY
from scoring_adapter.tags.planned import Plan
from scoring_adapter.tags.sql import Query, queries

GROUP_ROWS = 1 << 14
Subjects = NDArray[np.int64]


@dataclass(frozen=True)
class Answers:
    """A folder of answers to a plan."""

    plan: Plan
    folder: Path

    @cached_property
    def queries(self) -> list[Query]:
        """The queries, in the order of their files."""
        return queries(self.plan)

    def path(self, number: int) -> Path:
        """Return where a query's answer is."""
        return self.folder / f"{number:04d}.parquet"

    def read(self, low: int, high: int) -> list[pl.DataFrame]:
        """Return every query's answer for the subjects from `low` to `high`."""
        within = pl.col("subject").is_between(low, high)
        return pl.collect_all([pl.scan_parquet(self.path(at)).filter(within) for at in range(len(self.queries))])

    def make(self, tables: Tables, spine: pl.LazyFrame, chosen: Subjects | None) -> None:
        """Make those that are missing by Polars, for all subjects or the `chosen`.

        `spine` has every enterprise's `subject` and, for tags taken from other enterprises, its code's key in `named`.
        """
        own = tables if chosen is None else _only(tables, chosen)
        for at in self.missing():
            query = self.queries[at]
            others = others_of(self.plan, tables, spine) if query.tags else {}
            self._keep(at, answer(query, self.plan, {**own, **others}).sort("subject"))

    def missing(self) -> list[int]:
        """Return the queries without an answer, by number."""
        return [at for at in range(len(self.queries)) if not self.path(at).exists()]

    def take(self, frames: Iterable[pl.DataFrame], chosen: Subjects | None) -> None:
        """Keep what another engine answers, query by query in their order, of all subjects or the `chosen`."""
        wanted = None if chosen is None else pl.col("subject").is_in(pl.Series(chosen).implode())
        for at, frame in enumerate(frames):
            self._keep(at, frame if wanted is None else frame.filter(wanted))

    def _keep(self, number: int, frame: pl.DataFrame) -> None:
        """Write an answer; half a one is never seen."""
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.path(number).with_suffix(".new")
        frame.write_parquet(fresh, compression="lz4", statistics=True, row_group_size=GROUP_ROWS)
        fresh.replace(self.path(number))


def _only(tables: Tables, chosen: Subjects) -> Tables:
    """Read the rows of the chosen subjects, and those that are about nobody, once for all queries."""
    wanted = pl.col("subject").is_in(pl.Series(np.append(chosen, NOBODY)).implode())
    kept = pl.collect_all([table.filter(wanted) for table in tables.values()])
    return {name: frame.lazy() for name, frame in zip(tables, kept, strict=True)}


def gather(
    plan: Plan, found: Sequence[pl.DataFrame], subjects: Subjects
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the parts of these subjects (rising) out of answers: values, a column per part, and where there is one.

    Each column lies in one place (numpy's order "F"), as whoever scores reads it.
    """
    places = {name: at for at, name in enumerate(plan.parts)}
    values = np.zeros((len(subjects), len(places)), np.int64, order="F")
    given = np.zeros(values.shape, np.bool_, order="F")
    for frame in found:
        rows = np.searchsorted(subjects, frame["subject"].to_numpy())
        for name in frame.columns[1:]:
            column = frame[name]
            whole = column.null_count() == 0
            values[rows, places[name]] = (column if whole else column.fill_null(0)).to_numpy()
            given[rows, places[name]] = True if whole else column.is_not_null().to_numpy()
    return values, given
