"""The plan's SQL run by Polars on one machine: streaming, query by query, one frame of every tag at the end."""

from collections.abc import Iterable, Mapping

import polars as pl

from scoring_adapter.scan.combined import value_of, values_of
from scoring_adapter.tags.planned import Plan, PlannedPart
from scoring_adapter.tags.sql import Query, queries


def run(plan: Plan, tables: Mapping[str, pl.LazyFrame], spine: pl.LazyFrame) -> pl.DataFrame:
    """Return `subject` and every tag's value (Int64, null where there is none), sorted by subject.

    `tables` are the views of the datasets; one that is missing has no rows. `spine` has the subjects to answer for in
    `subject` and, where tags are taken from other enterprises, their key in `named` (of their credit code).
    """
    parts = parts_of(plan, tables, spine)
    return parts.lazy().select("subject", *values_of(plan)).collect()


def parts_of(plan: Plan, tables: Mapping[str, pl.LazyFrame], spine: pl.LazyFrame) -> pl.DataFrame:
    """Return `subject` and every part, sorted by subject; tables and spine as for `run`."""
    asked = queries(plan)
    subjects = spine.select(pl.col("subject").cast(pl.Int64)).unique().sort("subject").collect()
    found = _answers([query for query in asked if not query.tags], plan, tables, subjects)
    named = {tag for query in asked for tag in query.tags}
    others = dict(tables) | {f"other_{tag}": _other(tag, plan, found, spine) for tag in named}
    return _answers([query for query in asked if query.tags], plan, others, found)


def _answers(
    asked: Iterable[Query], plan: Plan, tables: Mapping[str, pl.LazyFrame], found: pl.DataFrame
) -> pl.DataFrame:
    """Return a frame with the parts that queries give added to it; one query at a time is in memory."""
    for query in asked:
        context = pl.SQLContext({name: tables[name] for name in _names(query) if name in tables})
        for name in query.datasets:
            if name not in tables:
                context.register(name, _empty(plan.layouts[name]))
        answer = context.execute(query.sql, eager=False).collect(engine="streaming")
        found = found.join(answer, on="subject", how="left", maintain_order="left").with_columns(
            _typed(part) for part in query.parts
        )
    return found


def _typed(part: PlannedPart) -> pl.Expr:
    value = pl.col(part.name).cast(pl.Int64)
    return value.fill_null(0) if part.is_count else value


def _names(query: Query) -> set[str]:
    return {*query.datasets, *(f"other_{tag}" for tag in query.tags)}


def _other(tag: str, plan: Plan, found: pl.DataFrame, spine: pl.LazyFrame) -> pl.LazyFrame:
    """Return the table of a tag by enterprises' keys."""
    planned = next(planned for planned in plan.tags if planned.tag.id == tag)
    value = found.lazy().select("subject", value_of(planned, plan.as_of).alias("value"))
    return spine.select("subject", "named").drop_nulls().join(value, on="subject").select("named", "value")


def _empty(columns: Iterable[str]) -> pl.LazyFrame:
    common = ("subject", "batch", "leaf", "shown_from", "shown_to", "recorded")
    return pl.LazyFrame(schema=dict.fromkeys((*common, *columns), pl.Int64))
