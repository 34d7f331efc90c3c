"""Whose results may differ between two days, besides those for whom something has landed.

1. Whose parts may differ by time alone (touched.py).
2. Whose age brings other points: an age's part is a day, and stays the same.
3. Who is known by another enterprise's tag: that one's rows may have changed.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring_adapter.narrowed import narrowed
from scoring_adapter.scan.answers import Subjects
from scoring_adapter.scan.combined import value_of
from scoring_adapter.scan.points import points_of
from scoring_adapter.scan.polars_engine import Tables, answer
from scoring_adapter.scan.touched import touched
from scoring_adapter.scorecard import Counted, Scorecard
from scoring_adapter.tags.plan import plan
from scoring_adapter.tags.planned import Plan
from scoring_adapter.tags.sql import queries


def may_differ(card: Scorecard, before: Plan, after: Plan, tables: Tables) -> Subjects | None:
    """Return the subjects, rising; None where anybody's may."""
    found = [_named_by_others(after, tables)]
    if before.day != after.day:
        timed = touched(before, after, tables)
        if timed is None:
            return None
        found += [timed, _aged(card, before, after, tables)]
    return np.unique(np.concatenate(found))


def _named_by_others(plan: Plan, tables: Tables) -> Subjects:
    """Return who has rows that name another enterprise of which a tag is read."""
    keys = {(member, key) for source in plan.sources.values() for key, _ in source.others.values()
            for member in source.members}  # fmt: skip
    rows = [tables[member].filter(pl.col(key).is_not_null()) for member, key in sorted(keys) if member in tables]
    return _subjects(pl.collect_all([table.select("subject").unique() for table in rows], engine="streaming"))


def _aged(card: Scorecard, before: Plan, after: Plan, tables: Tables) -> Subjects:
    """Return whose age, in a tag that counts, brings other points on the later day."""
    ages = [one for one in card.counted if one.tag.operator == "age"]
    own = plan(narrowed(card.tags, [one.tag.id for one in ages]), after.as_of)
    by_id = {planned.tag.id: planned for planned in own.tags}
    found = []
    for query in queries(own):
        frame, names = answer(query, own, tables), {part.name for part in query.parts}
        for one in ages:
            planned = by_id[one.tag.id]
            if planned.part in names:
                then, now = (_points(one, frame.select(value_of(planned, day.as_of))) for day in (before, after))
                found.append(frame.filter(pl.Series(then != now)))
    return _subjects(found)


def _points(counted: Counted, values: pl.DataFrame) -> NDArray[np.int16]:
    value = values.to_series()
    given = value.is_not_null().to_numpy()
    return np.where(given, points_of(counted, value.fill_null(0).to_numpy()), counted.entry.none)


def _subjects(frames: Sequence[pl.DataFrame]) -> Subjects:
    columns = [frame["subject"].to_numpy() for frame in frames]
    return np.unique(np.concatenate(columns)) if columns else np.empty(0, np.int64)
