"""The plan's SQL run by Polars on one machine: streaming, one query after the other, columns as narrow as can be."""

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from scoring_adapter.scan.combined import value_of, values_of
from scoring_adapter.tags.planned import Plan
from scoring_adapter.tags.sql import Query, queries

Tables = Mapping[str, pl.LazyFrame]  # the views of the datasets; one that is missing has no rows
SLICE = 50_000  # enterprises whose tags, 64 bits each, are in memory together


def run(plan: Plan, tables: Tables, spine: pl.LazyFrame) -> pl.DataFrame:
    """Return `subject` and every tag's value (Int64, null where there is none), sorted by subject.

    `spine` has the subjects to answer for in `subject` and, where tags are taken from other enterprises, the key of
    their credit code in `named`.
    """
    return pl.concat(slices(plan, tables, spine))


def slices(plan: Plan, tables: Tables, spine: pl.LazyFrame, size: int = SLICE) -> Iterator[pl.DataFrame]:
    """Yield what `run` returns in frames of so many enterprises: hundreds of tags fill a gigabyte soon."""
    yield from tags_in_slices(plan, parts_of(plan, tables, spine), size)


def tags_in_slices(plan: Plan, parts: pl.DataFrame, size: int = SLICE) -> Iterator[pl.DataFrame]:
    """Yield `subject` and every tag's value out of the parts."""
    for part in parts.iter_slices(size):
        yield part.select("subject", *values_of(plan))


def parts_of(plan: Plan, tables: Tables, spine: pl.LazyFrame) -> pl.DataFrame:
    """Return `subject` and every part, in the narrowest integers, sorted by subject; tables and spine as for `run`."""
    asked, subjects = queries(plan), subjects_of(spine)
    found = subjects.hstack(_answers([query for query in asked if not query.tags], plan, tables, subjects))
    others = {**tables, **_others(plan, found, spine)}
    return found.hstack(_answers([query for query in asked if query.tags], plan, others, subjects))


def subjects_of(spine: pl.LazyFrame) -> pl.DataFrame:
    """Return the subjects to answer for, rising."""
    return spine.select(pl.col("subject").cast(pl.Int64)).unique().sort("subject").collect()


def others_of(plan: Plan, tables: Tables, spine: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """Return the tables `other_<tag>` that queries read, with nothing else computed."""
    tags = {tag for query in queries(plan) for tag in query.tags}
    needed = {name for planned in plan.tags if planned.tag.id in tags for name in (planned.part, planned.over)}
    asked = [query for query in queries(plan) if any(part.name in needed for part in query.parts)]
    subjects = subjects_of(spine)
    return _others(plan, subjects.hstack(_answers(asked, plan, tables, subjects)), spine)


def _others(plan: Plan, found: pl.DataFrame, spine: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    named = {tag for query in queries(plan) for tag in query.tags}
    return {f"other_{tag}": _other(tag, plan, found, spine) for tag in named}


def _answers(asked: Iterable[Query], plan: Plan, tables: Tables, subjects: pl.DataFrame) -> list[pl.Series]:
    return [column for query in asked for column in columns_of(query, answer(query, plan, tables), subjects)]


def columns_of(query: Query, answered: pl.DataFrame, subjects: pl.DataFrame) -> Iterator[pl.Series]:
    """Yield the parts of a query's answer in the order of the subjects; whoever has no rows counts 0."""
    ordered = subjects.join(answered, on="subject", how="left", maintain_order="left")
    for part in query.parts:
        column = ordered[part.name]
        yield (column.fill_null(0) if part.is_count else column).shrink_dtype()


def answer(query: Query, plan: Plan, tables: Tables) -> pl.DataFrame:
    """Return what one query gives: `subject` and its parts, of the subjects that have rows, in no order."""
    context = pl.SQLContext({f"other_{tag}": tables[f"other_{tag}"] for tag in query.tags})
    for name in query.datasets:
        context.register(name, tables[name] if name in tables else _empty(plan.layouts[name]))
    made = context.execute(query.sql, eager=False)
    return made.select(pl.col("subject", *(part.name for part in query.parts)).cast(pl.Int64)).collect(
        engine="streaming"
    )


def _other(tag: str, plan: Plan, found: pl.DataFrame, spine: pl.LazyFrame) -> pl.LazyFrame:
    """Return the table of a tag by enterprises' keys."""
    planned = next(planned for planned in plan.tags if planned.tag.id == tag)
    value = found.lazy().select("subject", value_of(planned, plan.as_of).alias("value"))
    keys = (
        spine.select(pl.col("subject", "named").cast(pl.Int64))
        .drop_nulls()
        .unique("named", keep="first", maintain_order=True)
    )
    return keys.join(value, on="subject").select("named", "value")


def _empty(columns: Iterable[str]) -> pl.LazyFrame:
    common = ("subject", "batch", "leaf", "shown_from", "shown_to", "recorded")
    return pl.LazyFrame(schema=dict.fromkeys((*common, *columns), pl.Int64))
