"""How early a risk was seen: days from the first standing at a level to the first official act after it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction


@dataclass(frozen=True)
class Spread:
    """How many there are, the least and the greatest, the quartiles between them (linear between two neighbours)."""

    number: int
    least: int
    lower: Fraction
    median: Fraction
    upper: Fraction
    most: int


def first_after(first: date, acts: Sequence[date]) -> tuple[date | None, bool]:
    """Return the first act on or after a day, None where there is none; and whether there was one before that day."""
    return min((act for act in acts if act >= first), default=None), any(act < first for act in acts)


def spread_of(days: Sequence[int]) -> Spread | None:
    """Return how days lie; None where there are none."""
    if not days:
        return None
    ordered = sorted(days)
    lower, median, upper = (_at(ordered, Fraction(quarter, 4)) for quarter in (1, 2, 3))
    return Spread(len(ordered), ordered[0], lower, median, upper, ordered[-1])


def _at(ordered: Sequence[int], share: Fraction) -> Fraction:
    place = share * (len(ordered) - 1)
    before = int(place)
    after = min(before + 1, len(ordered) - 1)
    return ordered[before] + (place - before) * (ordered[after] - ordered[before])
