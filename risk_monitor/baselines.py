"""What is ordinary for a series of daily figures, from its own past alone: whole numbers, many series at once. Pure.

1. The day of the week: the median of its figures over eight weeks, against the median of all seven.
2. Expected: the median of 28 days with the day of the week taken out, times that of the day judged.
3. The spread: the median distance from that median, on the scale of square roots, where counts of any size spread alike
   (Anscombe 1948); never less than counts spread by chance.
Medians, so that a few days that were out of the ordinary move nothing; such days that are known are left out besides.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk_monitor.site_rules import LEAST_DAYS, LEVEL_DAYS, SiteRule

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
MOST_FIGURE = 10**9  # whatever is larger counts as this much
_ONE = 1_000_000  # a share of one, in millionths
_LEAST_SHARE, _MOST_SHARE = _ONE // 4, 4 * _ONE
_LEAST_FOR_WEEK = 20  # smaller counts are too coarse to tell days of the week apart
_ROOT = 1000  # roots are kept in thousandths
_CHANCE = 1000  # how far counts spread by chance on that scale: one
_SIGMA_PER_MAD = 1483  # thousandths; of the normal distribution
_FAR = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Bands:
    """What was to be expected of a day, a row per series: ordinary is what lies from `low` up to `high`, both included.

    `low` is 0 where a fall would say nothing. Where it is not `known`, there were too few figures before.
    """

    expected: Numbers
    low: Numbers
    high: Numbers
    known: Flags


def bands(values: Numbers, given: Flags, weekday: int, rule: SiteRule) -> Bands:
    """Return the bands of a day, a `weekday` (0 to 6), from the days before it.

    `values` has a row per series and a column per day, of eight weeks at most, `given` where there is a figure.
    """
    past, known = np.clip(values, 0, MOST_FIGURE), given
    weekdays = (weekday - np.arange(past.shape[1], 0, -1)) % 7
    shares = _shares(past, known, weekdays)
    known = _latest(known)
    plain = past * _ONE // shares[:, weekdays]
    level, number = median(plain, known)
    roots = _root(plain)
    middle, _ = median(roots, known)
    spread, _ = median(np.abs(roots - middle[:, None]), known)
    spread = np.maximum(spread * _SIGMA_PER_MAD // _ROOT, _CHANCE)
    today = shares[:, weekday]
    expected = level * today // _ONE
    high = _squared(middle + spread * rule.spread_percent // 100) * today // _ONE
    high = np.maximum(np.maximum(high, expected * rule.spike_percent // 100), expected + rule.spike_more)
    lowest = np.where(known, past, _FAR).min(axis=1, initial=_FAR)
    low = np.maximum(np.minimum(expected * rule.fall_percent // 100, lowest // 2), 1)
    low = np.where((expected >= max(rule.fall_least, 1)) & (lowest > 0) & (rule.fall_percent > 0), low, 0)
    return Bands(expected, low, high, number >= LEAST_DAYS)


def median(values: Numbers, given: Flags) -> tuple[Numbers, Numbers]:
    """Return the median of each row's given values, rounded down, and how many there are; 0 where there is none."""
    number = given.sum(axis=1, dtype=np.int64)
    if not values.shape[1]:
        return np.zeros(len(values), np.int64), number
    ordered, rows = np.sort(np.where(given, values, _FAR), axis=1), np.arange(len(values))
    lower = ordered[rows, np.maximum(number - 1, 0) // 2]
    upper = ordered[rows, np.minimum(number // 2, np.maximum(number - 1, 0))]
    return np.where(number > 0, lower + (upper - lower) // 2, 0), number


def _latest(known: Flags) -> Flags:
    """Return the figures of the last 28 days, where there are enough of them, else all that are known."""
    recent = known.copy()
    recent[:, : max(0, known.shape[1] - LEVEL_DAYS)] = False
    latest: Flags = np.where((recent.sum(axis=1) >= LEAST_DAYS)[:, None], recent, known)
    return latest


def _shares(past: Numbers, known: Flags, weekdays: Numbers) -> Numbers:
    """Return how much of the usual each day of the week has, in millionths; one where that cannot be told."""
    by_day = np.zeros((len(past), 7), np.int64)
    there = np.zeros((len(past), 7), np.bool_)
    for weekday in range(7):
        of_it = weekdays == weekday
        by_day[:, weekday], number = median(past[:, of_it], known[:, of_it])
        there[:, weekday] = number >= 2
    usual, days = median(by_day, there)
    tells = (days == 7) & (usual >= _LEAST_FOR_WEEK)
    shares = by_day * _ONE // np.maximum(usual, 1)[:, None]
    return np.where(tells[:, None], np.clip(shares, _LEAST_SHARE, _MOST_SHARE), _ONE)


def _root(values: Numbers) -> Numbers:
    """Return 2·√(x + 3/8), in thousandths, rounded down: exact, as the figure under the root is below 2⁵³."""
    return np.floor(np.sqrt((values * 4 * _ROOT**2 + 3 * _ROOT**2 // 2).astype(np.float64))).astype(np.int64)


def _squared(roots: Numbers) -> Numbers:
    return np.maximum(roots**2 - 3 * _ROOT**2 // 2, 0) // (4 * _ROOT**2)
