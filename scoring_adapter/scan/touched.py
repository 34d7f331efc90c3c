"""Whose parts may differ between two days though nothing has landed: what enters or leaves sight, windows, conditions.

Told from the two days' plans and the rows: a row counts on one day and not on the other, or passes a test of one day
and not the same test of the other. That is more than differ in the end, never less: of whom is not told, the parts are
the same.
"""

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring_adapter.tags.bounds import Test
from scoring_adapter.tags.planned import Plan

NOBODY = 0  # the subject of a series that is about nobody


def touched(before: Plan, after: Plan, tables: Mapping[str, pl.LazyFrame]) -> NDArray[np.int64] | None:
    """Return the subjects, rising; None where a series changes between the days, so that anybody's may differ."""
    found = [
        _subjects(table, before, after, _differing(before, after, dataset))
        for dataset, table in tables.items()
        if dataset in _read(after)
    ]
    frames = pl.collect_all(found, engine="streaming")
    subjects = np.unique(np.concatenate([frame["subject"].to_numpy() for frame in frames])) if frames else np.empty(0)
    return None if NOBODY in subjects else subjects.astype(np.int64)


def _read(plan: Plan) -> set[str]:
    """Return the datasets that a plan reads, series among them."""
    series = {of.dataset for source in plan.sources.values() for of in source.references.values()}
    return series | {member for source in plan.sources.values() for member in source.members}


def _subjects(table: pl.LazyFrame, before: Plan, after: Plan, differing: list[pl.Expr]) -> pl.LazyFrame:
    then, now = _is_shown(before.day), _is_shown(after.day)
    differs = then != now
    if differing:
        differs |= then & reduce(or_, differing)
    return table.filter(differs).select("subject").unique()


def _is_shown(day: int) -> pl.Expr:
    return (pl.col("shown_from") <= day) & (pl.col("shown_to") > day)


def _differing(before: Plan, after: Plan, dataset: str) -> list[pl.Expr]:
    """Return, for a dataset's rows, what tells that a test of one day is passed and the same of the other is not."""
    columns, pairs = after.layouts[dataset], set[tuple[Test, Test]]()
    for name, source in after.sources.items():
        series = [(one, of) for one, of in source.references.items() if of.dataset == dataset]
        for one, of in series:
            pairs |= set(zip(before.sources[name].references[one].tests, of.tests, strict=True))
        if dataset in source.members:
            pairs |= set(_tests(before, after, name))
    pairs = {(old, new) for old, new in pairs if old != new}
    if any(new.column not in columns for _, new in pairs):
        return [pl.lit(value=True)]  # a test of what is taken from elsewhere
    return [passes(old) != passes(new) for old, new in sorted(pairs, key=str)]


def _tests(before: Plan, after: Plan, source: str) -> Iterator[tuple[Test, Test]]:
    for name, part in after.parts.items():
        if part.source == source:
            yield from zip(before.parts[name].tests, part.tests, strict=True)


def passes(test: Test) -> pl.Expr:
    """Return what tells whether a row passes a test, as `Test.passes` does of a value."""
    column = pl.col(test.column)
    if test.empty:
        return column.is_null()
    told = pl.lit(value=True)
    if test.low is not None:
        told &= column >= test.low
    if test.high is not None:
        told &= column <= test.high
    if test.among:
        told &= column.is_in(test.among)
    if test.outside:
        told &= ~column.is_in(test.outside)
    return pl.when(column.is_null()).then(test.or_empty).otherwise(told)
