"""A tag's value out of its parts: the few divisions there are, done once, on whole numbers. Pure.

Values are held within 64 bits; a ratio beyond them stands at their end. scan/combined.py does the same for many rows.
"""

from collections.abc import Callable, Mapping
from datetime import date

from scoring_adapter.tags.declaration import As
from scoring_adapter.tags.planned import Plan, PlannedTag
from scoring_adapter.tags.reading import EPOCH

BASIS_POINTS = 10_000
LARGEST = 2**63 - 1
_PER_YEAR = 12


def combine(plan: Plan, parts: Mapping[str, int | None]) -> dict[str, int | None]:
    """Return every tag's value of its parts; nothing where there is nothing to compute it from."""
    return {
        planned.tag.id: value_of(
            planned, parts[planned.part], parts[planned.over] if planned.over else None, plan.as_of
        )
        for planned in plan.tags
    }


def value_of(planned: PlannedTag, part: int | None, over: int | None, as_of: date) -> int | None:
    """Return one tag's value of its one or two parts."""
    value = None
    if planned.tag.operator == "age":
        value = None if part is None else _age(planned, part, as_of)
    elif operator := _OF_TWO.get(planned.tag.operator):
        value = None if part is None or over is None else operator(part, over, planned.digits)
    elif planned.tag.operator == "exists":
        value = int(part is not None and part > 0)
    else:
        value = part
    return planned.tag.otherwise if value is None else max(-LARGEST, min(LARGEST, value))


def _age(planned: PlannedTag, at: int, as_of: date) -> int:
    """Return how much time lies between a day, month or year and the day asked about, in whole units."""
    tag, today = planned.tag, as_of.toordinal() - EPOCH
    if tag.unit == "days":
        return at - today if tag.left else today - at
    if planned.kind == "year":
        return at - as_of.year if tag.left else as_of.year - at
    (there, day), (now, of_now) = _month(planned.kind, at), _month("day", today)
    if planned.kind == "month":
        day = of_now
    months = there - now - (day < of_now) if tag.left else now - there - (of_now < day)
    return months if tag.unit == "months" else months // _PER_YEAR


def _month(kind: As, at: int) -> tuple[int, int]:
    """Return the month a day or month lies in, as year·12 + month − 1, and the day of it."""
    if kind == "month":
        return at, 1
    day = date.fromordinal(at + EPOCH)
    return day.year * _PER_YEAR + day.month - 1, day.day


def _quotient(part: int, over: int, _: int = 0) -> int | None:
    return part // over if over else None


_OF_TWO: dict[str, Callable[[int, int, int], int | None]] = {
    "mean": _quotient,
    "quotient": _quotient,
    "ratio": lambda part, over, _: _quotient(part * BASIS_POINTS, over),
    "trend": lambda part, over, _: _quotient((part - over) * BASIS_POINTS, abs(over)),
    "difference": lambda part, over, _: part - over,
    "product": lambda part, over, digits: part * over // 10**digits,
    "gap": lambda span, distinct, _: span - distinct,
    "without": lambda part, over, _: int(part > 0 and over == 0),
}
