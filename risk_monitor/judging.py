"""Points, scores and levels of many enterprises at once, out of their measures: whole numbers only. Pure.

One enterprise is many of one: there is no second way to judge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk_monitor.names import LEVELS
from risk_monitor.watch import Sign, Watch


@dataclass(frozen=True)
class Measures:
    """Measures of enterprises: a column each by its name, in its own unit, and where there is a value."""

    values: Mapping[str, NDArray[np.int64]]
    given: Mapping[str, NDArray[np.bool_]]

    def along(self, more: Mapping[str, NDArray[np.int64]], *, known: bool) -> "Measures":
        """Return these and more, which everybody has where they are known at all."""
        number = len(next(iter(more.values()), np.empty(0)))
        given = dict.fromkeys(more, np.full(number, known))
        return Measures({**self.values, **more}, {**self.given, **given})


@dataclass(frozen=True)
class Judged:
    """What measures come to, a row per enterprise: `held` a column per point, `open` where it cannot be told, since a
    sign of a point that does not hold has no value; `scores` and `ranks` (0 none, 1 to 3) a column per type.
    """

    held: NDArray[np.bool_]
    open: NDArray[np.bool_]
    scores: NDArray[np.int32]
    ranks: NDArray[np.int8]

    @property
    def rank(self) -> NDArray[np.int8]:
        """The highest rank of each enterprise."""
        highest: NDArray[np.int8] = self.ranks.max(axis=1)
        return highest

    def order(self, subjects: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the places of enterprises, those to look at first first: by level, score, then number."""
        found: NDArray[np.int64] = np.lexsort((subjects, -self.scores.sum(axis=1), -self.rank.astype(np.int64)))
        return found


def judge(watch: Watch, measures: Measures) -> Judged:
    """Judge enterprises by their measures; one that is missing altogether has no value for anybody."""
    number = len(next(iter(measures.values.values()), np.empty(0)))
    held = np.zeros((number, len(watch.points)), np.bool_)
    left_open = np.zeros(held.shape, np.bool_)
    for at, point in enumerate(watch.points):
        for sign in point.signs:
            if sign.measure in measures.values:
                held[:, at] |= _holds(sign, measures)
                left_open[:, at] |= ~measures.given[sign.measure]
            else:
                left_open[:, at] = True
    scores = np.zeros((number, len(watch.types)), np.int32)
    ranks = np.zeros(scores.shape, np.int8)
    places = {point.id: at for at, point in enumerate(watch.points)}
    for at, kind in enumerate(watch.types):
        for name, weight in kind.points.items():
            scores[:, at] += held[:, places[name]] * np.int32(weight)
        for level in LEVELS:
            ranks[:, at] += scores[:, at] >= kind.levels[level]
    return Judged(held, left_open & ~held, scores, ranks)


def signs_of(watch: Watch, point: int, measures: Measures, row: int) -> list[tuple[int, int]]:
    """Return which signs of a point hold for one enterprise, by their place, each with its measure."""
    signs: Sequence[Sign] = watch.points[point].signs
    return [
        (place, int(measures.values[sign.measure][row]))
        for place, sign in enumerate(signs)
        if sign.measure in measures.values and bool(_holds(sign, measures)[row])
    ]


def _holds(sign: Sign, measures: Measures) -> NDArray[np.bool_]:
    values, given = measures.values[sign.measure], measures.given[sign.measure]
    bound = sign.at_least if sign.at_least is not None else sign.below
    reached: NDArray[np.bool_] = values >= np.int64(bound or 0)
    return (reached if sign.at_least is not None else ~reached) & given
