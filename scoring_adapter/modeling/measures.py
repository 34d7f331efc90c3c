"""How well a score orders and foretells: AUC, KS, PSI, calibration. Pure.

`risk` is higher the worse; `bad` tells which went bad.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Numbers = NDArray[np.float64]
GROUPS = 10  # of a score, for PSI and calibration
LEAST = 1e-4  # a share below it counts as this much: no logarithm of nothing


def auc(risk: NDArray[np.int64] | Numbers, bad: NDArray[np.bool_]) -> float:
    """Return the chance that a bad one has more risk than a good one, ties by half (Mann and Whitney)."""
    good, went = int((~bad).sum()), int(bad.sum())
    ranks = rankdata(risk)
    return float((ranks[bad].sum() - went * (went + 1) / 2) / (good * went))


def ks(risk: NDArray[np.int64] | Numbers, bad: NDArray[np.bool_]) -> float:
    """Return the greatest distance of the two cumulative distributions (Kolmogorov and Smirnov)."""
    order = np.argsort(risk, kind="stable")
    sorted_risk, went = risk[order], bad[order]
    last = np.append(sorted_risk[1:] != sorted_risk[:-1], True)
    good, bads = np.cumsum(~went) / (~went).sum(), np.cumsum(went) / went.sum()
    return float(np.abs(good - bads)[last].max())


def bounds_of(scores: NDArray[np.int64]) -> list[int]:
    """Return where groups of about the same size begin: fewer than GROUPS where many have the same score."""
    return sorted({int(one) for one in np.quantile(scores, np.linspace(0, 1, GROUPS + 1)[1:-1], method="higher")})


def shares_of(scores: NDArray[np.int64], bounds: Sequence[int]) -> list[float]:
    """Return which share of the scores lies in each group."""
    counts = np.bincount(np.searchsorted(bounds, scores, side="right"), minlength=len(bounds) + 1)
    return [float(one) for one in counts / max(1, len(scores))]


def psi(expected: Sequence[float], found: Sequence[float]) -> float:
    """Return the population stability index of shares against those expected: 0.1 is little, 0.25 much."""
    one, other = np.maximum(expected, LEAST), np.maximum(found, LEAST)
    return float(((other - one) * np.log(other / one)).sum())


def calibration_error(chance: Numbers, bad: NDArray[np.bool_], groups: NDArray[np.int64]) -> float:
    """Return by how much the foretold share of bad ones is off, group by group, weighted by their sizes."""
    sizes = np.bincount(groups)
    kept = sizes > 0
    gaps = np.abs(np.bincount(groups, chance)[kept] - np.bincount(groups, bad)[kept])
    return float(gaps.sum() / len(bad))
