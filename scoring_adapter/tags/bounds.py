"""Windows and conditions as comparisons of a column with integers. Pure."""

import calendar
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from scoring_adapter.tags.declaration import As, Column, Condition
from scoring_adapter.tags.reading import EPOCH


@dataclass(frozen=True)
class Test:
    """What a column must be: from `low` to `high`, one of `among`, none of `outside`; with `or_empty`, or empty.

    Without bounds it must have a value; with `empty` it must have none.
    """

    column: str
    low: int | None = None
    high: int | None = None
    among: tuple[int, ...] = ()
    outside: tuple[int, ...] = ()
    or_empty: bool = False
    empty: bool = False

    def passes(self, value: int | None) -> bool:
        """Tell whether a value is what it must be."""
        if value is None:
            return self.empty or self.or_empty
        if self.empty or (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            return False
        return (not self.among or value in self.among) and value not in self.outside


def tests_of_window(at: str, kind: As, months: int | None, before: int, as_of: date) -> Iterator[Test]:
    """Yield what the time of a row must be: see Part. Without a window, whatever is not of the future."""
    if kind == "day":
        high = _day(months_before(as_of, before))
        low = None if months is None else _day(months_before(as_of, before + months)) + 1
    else:
        months_of = 1 if kind == "month" else 12
        now = as_of.year * 12 + as_of.month - 1 if kind == "month" else as_of.year
        high = now - before // months_of - (months is not None)  # what has ended
        low = None if months is None else high - months // months_of + 1
    yield Test(at, low, high, or_empty=months is None and not before)


def tests_of_condition(name: str, condition: Condition, of: Column, as_of: date) -> Iterator[Test]:
    """Yield what a condition asks of a column."""
    day = _day(as_of)
    places = {code: place for place, code in enumerate(of.codes, 1)}
    scale = 10 ** (2 if of.as_ == "money" else of.digits)
    if condition.in_ or condition.out:
        yield Test(name, among=_places(condition.in_, places), outside=_places(condition.out, places))
    if condition.above:
        yield Test(name, low=math.floor(Fraction(condition.above) * scale) + 1)
    if condition.below:
        yield Test(name, high=math.ceil(Fraction(condition.below) * scale) - 1)
    if condition.flag is not None:
        yield Test(name, among=(int(condition.flag),))
    if condition.given or condition.empty:
        yield Test(name, empty=condition.empty)
    if condition.open:
        yield Test(name, low=day, or_empty=True)
    if condition.past:
        yield Test(name, high=day - 1)


def _places(codes: list[str], places: dict[str, int]) -> tuple[int, ...]:
    return tuple(sorted(places[code] for code in codes))


def months_before(day: date, months: int) -> date:
    """Return the day so many months earlier; the end of a month stays within it."""
    number = day.year * 12 + day.month - 1 - months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _day(day: date) -> int:
    """Return a day as days since 1970-01-01."""
    return day.toordinal() - EPOCH
