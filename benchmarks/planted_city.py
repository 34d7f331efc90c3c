"""A city whose enterprises go bad by a process nobody is told of: who, when, by which story. None of it exists.

What is assumed, none of it measured in a real city, none of it chosen by how any watch fares:

1. In a year a share of `rate` goes bad: an official act (a police filing, an abnormal listing for good, a revocation).
   Odds differ by industry, by size, and by a latent weakness that no record tells (log-normal, sigma 1).
2. Two small industries of platforms fare far worse than all others: about one in ten a year. Elsewhere no industry
   decides. (One in twenty at first: no industry was hard then in the sense of risk_monitor/evaluation.py.)
3. A decline begins before the act: by 240 days in the middle (log-normal, sigma 0.7). Of `silent` no symptom shows.
4. For each that goes bad, `alike` others decline in the same way, are as troubled four times in five, and recover.
5. Enterprises of one group go bad together: each other member with a chance of 0.08, within a year.
6. Symptoms come by chance (planted_records.py), and to the healthy as well: by industry, by size, and by habit.

Who goes bad lies in a file apart. Records tell of symptoms and of acts that are over, each from its landing on.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

EPOCH = date(1970, 1, 1)
NEVER = 2_932_896  # 9999-12-31
YEAR = 365.25
KINDS = ("police", "abnormal", "revoked")
# Industries: the section's place (A is 1), the share of enterprises, how much likelier than others they go bad.
INDUSTRIES = {
    "C19": (3, 0.22, 1.0), "C38": (3, 0.16, 0.8), "F51": (6, 0.20, 1.0), "F52": (6, 0.16, 0.9), "E50": (5, 0.07, 2.0),
    "G54": (7, 0.05, 1.3), "H62": (8, 0.05, 1.4), "L72": (12, 0.06, 1.0), "K70": (11, 0.02, 2.5),
    "I64": (9, 0.005, 25.0), "J69": (10, 0.005, 30.0),
}  # fmt: skip
PLATFORMS = ("I64", "J69")
LENDING_SHARE, TOGETHER = 0.2, 0.08
DECLINE, SPREAD = 240, 0.7
Days = NDArray[np.int64]


@dataclass(frozen=True)
class City:
    """How large the city is, from which seed, and the terms of its plant; it is told of from `first` to `last`."""

    subjects: int = 300_000
    seed: int = 1
    rate: float = 0.005
    alike: float = 4.0
    silent: float = 0.3
    first: date = date(2022, 12, 1)
    last: date = date(2026, 11, 30)

    @property
    def span(self) -> tuple[int, int]:
        """The first and last day, as days since 1970-01-01."""
        return (self.first - EPOCH).days, (self.last - EPOCH).days


@dataclass(frozen=True)
class Plant:
    """What is hidden, a place per enterprise from number 1 on; days are NEVER where there is none.

    `story`: 0 none, 1 a platform's, 2 of private lending, 3 distress. `troubled`: how likely its symptoms show, 0 for
    the silent. A decline lasts from `onset` to `over`.
    """

    industry: NDArray[np.int64]
    size: NDArray[np.float64]
    group: NDArray[np.int64]
    act: Days
    kind: NDArray[np.int64]
    onset: Days
    over: Days
    story: NDArray[np.int64]
    troubled: NDArray[np.float64]

    def outcomes(self) -> pl.DataFrame:
        """Return who went bad: the number, the day of the first act and of the onset, the kind of act."""
        bad = np.flatnonzero(self.act < NEVER)
        kinds = np.array(KINDS)[self.kind[bad]]
        return pl.DataFrame({"subject": bad + 1, "act": self.act[bad], "onset": self.onset[bad], "kind": kinds})


def plant(city: City) -> Plant:
    """Return what happens in a city."""
    chance, number = np.random.default_rng((city.seed, 1)), city.subjects
    shares = np.array([share for _, share, _ in INDUSTRIES.values()])
    worse = np.array([factor for *_, factor in INDUSTRIES.values()])
    industry = chance.choice(len(shares), number, p=shares / shares.sum())
    size = chance.lognormal(0, 1, number)
    group = np.where(chance.random(number) < 0.2, chance.integers(1, number // 15 + 2, number), 0)
    hazard = worse[industry] * size**-0.2 * chance.lognormal(0, 1, number)
    hazard *= city.rate / hazard.mean() / YEAR
    first, last = city.span
    act = first + chance.exponential(1 / hazard).astype(np.int64)
    act = _together(np.where(act <= last, act, NEVER), group, chance, last)
    bad = act < NEVER
    alike = _alike(bad, hazard, city, chance)
    onset, over = np.full(number, NEVER), np.full(number, NEVER)
    onset[bad] = act[bad] - _lengths(chance, int(bad.sum()))
    over[bad] = act[bad] + 120
    onset[alike] = chance.integers(first - 200, last, len(alike))
    over[alike] = onset[alike] + 120 + _lengths(chance, len(alike))
    platform = np.isin(industry, [list(INDUSTRIES).index(name) for name in PLATFORMS])
    story = np.where(platform, 1, np.where(chance.random(number) < LENDING_SHARE, 2, 3))
    story[onset == NEVER] = 0
    troubled = np.where(bad, np.where(chance.random(number) < city.silent, 0.0, 1.0), 0.8)
    return Plant(industry, size, group, act, _kinds(story, chance), onset, over, story, troubled)


def _together(act: Days, group: NDArray[np.int64], chance: np.random.Generator, last: int) -> Days:
    """Return the acts with those that groups draw in: another member, within a year."""
    earliest = np.full(group.max() + 1, NEVER)
    np.minimum.at(earliest, group, act)
    drawn = (group > 0) & (earliest[group] < NEVER) & (act == NEVER) & (chance.random(len(act)) < TOGETHER)
    later = earliest[group] + chance.integers(1, 366, len(act))
    return np.where(drawn & (later <= last), later, act)


def _alike(
    bad: NDArray[np.bool_], hazard: NDArray[np.float64], city: City, chance: np.random.Generator
) -> NDArray[np.int64]:
    """Return who declines and recovers: of the same industries and sizes as those that go bad."""
    odds = np.where(bad, 0, hazard)
    wanted = min(int(bad.sum() * city.alike), len(bad) // 2)
    return chance.choice(len(bad), wanted, replace=False, p=odds / odds.sum())


def _lengths(chance: np.random.Generator, number: int) -> Days:
    return np.clip(chance.lognormal(np.log(DECLINE), SPREAD, number), 30, 1200).astype(np.int64)


def _kinds(story: NDArray[np.int64], chance: np.random.Generator) -> NDArray[np.int64]:
    """Return the kinds of act: of platforms and lenders more are filed by the police than of others."""
    drawn = chance.random(len(story))
    filed = np.where(story == 3, 0.03, 0.3)
    return np.where(drawn < filed, 0, np.where(drawn < filed + 0.45, 1, 2))
