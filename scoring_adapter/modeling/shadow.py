"""Champion and challenger on enterprises whose outcome nobody knows yet: how scores lie, who would change. Pure.

All that is kept of an enterprise is a count of how many have both scores.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring_adapter.card import HIGHEST
from scoring_adapter.modeling.measures import bounds_of, psi, shares_of
from scoring_adapter.scan.results import NOT_SCORED
from scoring_adapter.scorecard import Scorecard

FAR = 50  # points
DIGITS = 4
Scores = NDArray[np.int16]


class Beside:
    """How many enterprises have which score by the champion and which by the challenger."""

    def __init__(self, champion: Scorecard, challenger: Scorecard) -> None:
        self._cards = champion, challenger
        # The last row and column are of those without a score.
        self._counts = np.zeros((HIGHEST + 2, HIGHEST + 2), np.int64)

    def add(self, old: Scores, new: Scores) -> None:
        """Count enterprises in, by the scores that both cards give them."""
        places = [np.where(scores == NOT_SCORED, HIGHEST + 1, scores).astype(np.int64) for scores in (old, new)]
        np.add.at(self._counts, tuple(places), 1)

    def told(self, at_least: int) -> dict[str, Any]:
        """Return the figures; `at_least`: the score from which the champion admits. The challenger admits from the
        score from which it admits as many, or as few more as its scores allow.
        """
        champion, challenger = self._cards
        both = self._counts[:-1, :-1]
        old, new = both.sum(axis=1), both.sum(axis=0)
        admitted = int(old[at_least:].sum())
        line = _line(new, admitted)
        points = np.arange(HIGHEST + 1)
        apart = np.abs(points[:, None] - points[None, :])
        return {
            "champion": champion.card.model(), "challenger": challenger.card.model(),
            "enterprises": int(self._counts.sum()), "both_score": int(both.sum()),
            "champion_alone": int(self._counts[:-1, -1].sum()), "challenger_alone": int(self._counts[-1, :-1].sum()),
            "mean": {"champion": _mean(old), "challenger": _mean(new)},
            "bands": _bands(champion, challenger, old, new), "psi": _psi(old, new),
            "far": int(both[apart >= FAR].sum()),
            "at_least": {"champion": at_least, "challenger": line}, "admitted": admitted,
            "swapped_in": int(both[:at_least, line:].sum()), "swapped_out": int(both[at_least:, :line].sum()),
        }  # fmt: skip


def _line(counts: NDArray[np.int64], admitted: int) -> int:
    """Return the highest score from which at least so many are admitted; above all scores for none."""
    if not admitted:
        return HIGHEST + 1
    from_above = np.cumsum(counts[::-1])[::-1]
    return int(np.flatnonzero(from_above >= admitted)[-1])


def _bands(
    champion: Scorecard, challenger: Scorecard, old: NDArray[np.int64], new: NDArray[np.int64]
) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {band.id: {"band": band.id} for band in champion.card.bands}
    for name, card, counts in (("champion", champion, old), ("challenger", challenger, new)):
        above = HIGHEST + 1
        for band in card.card.bands:
            found.setdefault(band.id, {"band": band.id})[name] = int(counts[band.from_ : above].sum())
            above = band.from_
    return list(found.values())


def _psi(old: NDArray[np.int64], new: NDArray[np.int64]) -> float | None:
    if not old.sum():
        return None
    points = np.arange(HIGHEST + 1)
    before, now = np.repeat(points, old), np.repeat(points, new)
    bounds = bounds_of(before)
    return round(psi(shares_of(before, bounds), shares_of(now, bounds)), DIGITS)


def _mean(counts: NDArray[np.int64]) -> float | None:
    return round(float(np.average(np.arange(len(counts)), weights=counts)), DIGITS) if counts.sum() else None
