"""How well a watch finds those who went bad, where people look at so many: precision and recall. Pure.

The hard subset are enterprises of industries that do not decide by themselves: between 5 and 95 % of whose members went
bad. Where industry alone foretells the outcome, any order looks good.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

BUDGETS_PPM = (10_000, 15_000, 50_000, 100_000)
_LEAST, _MOST = Fraction(5, 100), Fraction(95, 100)
_ALL = 1_000_000


@dataclass(frozen=True)
class Found:
    """What looking at the first of an order finds: how many are looked at, and how many of those went bad."""

    budget_ppm: int
    looked_at: int
    found: int
    bad: int

    @property
    def precision_ppm(self) -> int | None:
        """Of those looked at, the share that went bad, in millionths; None where nobody is looked at."""
        return self.found * _ALL // self.looked_at if self.looked_at else None

    @property
    def recall_ppm(self) -> int | None:
        """Of those that went bad, the share that is looked at; None where nobody went bad."""
        return self.found * _ALL // self.bad if self.bad else None


def evaluate(order: NDArray[np.int64], bad: NDArray[np.bool_], budgets: Sequence[int] = BUDGETS_PPM) -> list[Found]:
    """Return what each budget finds of those that went `bad`, looked at in `order` (places, the first one first)."""
    total, ordered = int(bad.sum()), bad[order]
    return [
        Found(budget, looked, int(ordered[:looked].sum()), total)
        for budget in budgets
        for looked in (len(order) * budget // _ALL,)
    ]


def hard(industries: Sequence[str | None], bad: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return who is of an industry that does not decide by itself; who has none is not."""
    members: dict[str, list[int]] = {}
    for place, industry in enumerate(industries):
        if industry:
            members.setdefault(industry, []).append(place)
    chosen = np.zeros(len(bad), np.bool_)
    for places in members.values():
        if _LEAST <= Fraction(int(bad[places].sum()), len(places)) <= _MOST:
            chosen[places] = True
    return chosen
