"""Tags out of their parts for many enterprises at once: what tags/combine.py does for one, in 128 bits."""

from collections.abc import Callable
from datetime import date

import polars as pl

from scoring_adapter.tags.combine import BASIS_POINTS, LARGEST
from scoring_adapter.tags.planned import Plan, PlannedTag
from scoring_adapter.tags.reading import EPOCH

_PER_YEAR = 12


def values_of(plan: Plan) -> list[pl.Expr]:
    """Return an expression per tag, over a frame that has the plan's parts as columns."""
    return [value_of(planned, plan.as_of) for planned in plan.tags]


def value_of(planned: PlannedTag, as_of: date) -> pl.Expr:
    """Return the expression of one tag's value."""
    tag, part = planned.tag, pl.col(planned.part).cast(pl.Int64)  # a part may be narrower
    if tag.operator == "age":
        value = _age(planned, part, as_of)
    elif operator := _OF_TWO.get(tag.operator):
        wide = operator(part.cast(pl.Int128), pl.col(planned.over).cast(pl.Int128), planned.digits)
        value = wide.clip(-LARGEST, LARGEST)
    elif tag.operator == "exists":
        value = (part > 0).fill_null(value=False)
    else:
        value = part
    known = value.cast(pl.Int64)
    return (known if tag.otherwise is None else known.fill_null(tag.otherwise)).alias(tag.id)


def _age(planned: PlannedTag, at: pl.Expr, as_of: date) -> pl.Expr:
    tag = planned.tag
    if tag.unit == "days":
        return at - _day(as_of) if tag.left else _day(as_of) - at
    if planned.kind == "year":
        return at - as_of.year if tag.left else as_of.year - at
    now, there, later = as_of.year * _PER_YEAR + as_of.month - 1, at, pl.lit(0)
    if planned.kind == "day":
        day = at.cast(pl.Int32).cast(pl.Date)
        there = day.dt.year().cast(pl.Int64) * _PER_YEAR + day.dt.month().cast(pl.Int64) - 1
        of_month = day.dt.day()
        later = (of_month < as_of.day if tag.left else of_month > as_of.day).cast(pl.Int64)  # the last is not whole
    months = (there - now if tag.left else now - there) - later
    return months if tag.unit == "months" else months // _PER_YEAR


def _day(as_of: date) -> int:
    return as_of.toordinal() - EPOCH


def _quotient(part: pl.Expr, over: pl.Expr, _: int = 0) -> pl.Expr:
    return pl.when(over != 0).then(part // over)


_OF_TWO: dict[str, Callable[[pl.Expr, pl.Expr, int], pl.Expr]] = {
    "mean": _quotient,
    "quotient": _quotient,
    "ratio": lambda part, over, _: _quotient(part * BASIS_POINTS, over),
    "trend": lambda part, over, _: _quotient((part - over) * BASIS_POINTS, over.abs()),
    "difference": lambda part, over, _: part - over,
    "product": lambda part, over, digits: part * over // 10**digits,
    "gap": lambda span, distinct, _: span - distinct,
    "without": lambda part, over, _: (part > 0).cast(pl.Int128) * (over == 0).cast(pl.Int128),
}
