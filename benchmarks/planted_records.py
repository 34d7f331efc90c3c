"""What agencies know of a planted city: symptoms of those that decline, and the same things of those that are well.

A symptom shows with its own chance, at any time of a decline once a share of it has passed, some records of it. `often`
is how many records of the kind the healthy have in a year. Chances are our own guesses. What recovers is amended.

Not delivered: off-site figures of local lenders, gas. Whoever reads these has no value there.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from planted_city import INDUSTRIES, NEVER, PLATFORMS, YEAR, City, Plant
from planted_ledger import Cells, Ledger

PLATFORM, LENDING, DISTRESS = 1, 2, 3
Floats = NDArray[np.float64]


@dataclass
class Records:
    """What makes a city's records out of its plant."""

    city: City
    plant: Plant
    ledger: Ledger

    @cached_property
    def chance(self) -> np.random.Generator:
        """The chance that records come by."""
        return self.ledger.chance

    @cached_property
    def ill(self) -> Cells:
        """The places of those that decline and show it."""
        return np.flatnonzero((self.plant.onset < NEVER) & (self.plant.troubled > 0))

    def showing(self, story: int, share: float) -> Cells:
        """Return the places of those of a story that a symptom shows of."""
        own = self.ill[self.plant.story[self.ill] == story]
        return own[self.chance.random(len(own)) < share * self.plant.troubled[own]]

    def when(self, places: Cells, after: float = 0.0) -> Cells:
        """Return a day of each one's decline, once a share of it has passed; of what goes on after an act as well."""
        onset, over = self.plant.onset[places], self.plant.over[places]
        return onset + ((over - onset) * (after + (1 - after) * self.chance.random(len(places)))).astype(np.int64)

    def events(
        self,
        shares: dict[int, float],
        often: float,
        mean: float = 0.0,
        weights: Floats | None = None,
        after: float = 0.0,
    ) -> tuple[Cells, Cells]:
        """Return the places and days of events: symptoms, one and `mean` more each, and those of everybody."""
        ill = np.concatenate([np.empty(0, np.int64), *(self.showing(story, share) for story, share in shares.items())])
        ill = np.repeat(ill, 1 + self.chance.poisson(mean, len(ill)))
        first, last = self.city.span
        odds = np.ones(self.city.subjects) if weights is None else weights
        number = self.chance.poisson(often * (last - first) / YEAR * self.city.subjects)
        others = self.chance.choice(self.city.subjects, number, p=odds / odds.sum())
        days = np.concatenate([self.when(ill, after), self.chance.integers(first, last + 1, number)])
        return np.concatenate([ill, others]), days

    def ending(self, places: Cells, days: Cells, usual: float) -> Cells:
        """Return when what began ends: with the decline of who recovers, never of who goes bad, in some time else."""
        declining = (self.plant.onset[places] <= days) & (days <= self.plant.over[places])
        bad = self.plant.act[places] < NEVER
        usually = days + 20 + self.chance.exponential(usual, len(days)).astype(np.int64)
        own = np.where(bad, NEVER, np.maximum(self.plant.over[places], days + 20))
        return np.where(declining, own, usually)

    def money(self, places: Cells, middle: float) -> Cells:
        """Return sums in fen: about so many yuan in the middle."""
        return (100 * middle * self.chance.lognormal(0, 1.3, len(places))).astype(np.int64)

    def months(self, places: Cells, days: Cells, until: Cells, most: int = 40) -> tuple[Cells, Cells]:
        """Return a row for each month from a day to another: the places and the days."""
        counts = np.clip((np.minimum(until, self.city.span[1]) - days) // 30, 0, most)
        ago = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.repeat(places, counts), np.repeat(days, counts) + 30 * ago

    @cached_property
    def platforms(self) -> Cells:
        """The places of those that run a platform."""
        return np.flatnonzero(np.isin(self.plant.industry, [list(INDUSTRIES).index(name) for name in PLATFORMS]))


def month_of(days: Cells) -> Cells:
    """Return months since year 0 of days since 1970-01-01."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
