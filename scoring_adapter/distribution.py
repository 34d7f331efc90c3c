"""How the scores of a group lie, and where one lies among them: whole numbers alone. Pure."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate

from signing.canonical import canonical_digest

TOLD = (10, 25, 50, 75, 90)  # percent: the scores that are told of a group


@dataclass(frozen=True, eq=False)
class Group:
    """Enterprises of one section, of one size or of any (""): how many have which score, the scores rising."""

    section: str
    size: str
    scores: Sequence[int]
    counts: Sequence[int]

    @cached_property
    def _up_to(self) -> list[int]:
        return [0, *accumulate(self.counts)]

    @property
    def enterprises(self) -> int:
        """How many have a score."""
        return self._up_to[-1]

    def percentile(self, score: int) -> int:
        """Return how many of a hundred score less, rounded down."""
        return 100 * self._up_to[bisect_left(self.scores, score)] // self.enterprises

    @cached_property
    def told(self) -> list[int]:
        """The lowest scores that so many percent (TOLD) do not exceed."""
        return [self.scores[bisect_left(self._up_to, -(-percent * self.enterprises // 100)) - 1] for percent in TOLD]


@dataclass(frozen=True, eq=False)
class Distribution:
    """The groups of a day that have enough enterprises, by section and size ("" for any)."""

    day: date
    groups: Mapping[tuple[str, str], Group]

    def find(self, section: str, size: str) -> Group | None:
        """Return the group of a section and a size, else of the section; None where neither has enough enterprises."""
        return self.groups.get((section, size)) or self.groups.get((section, ""))

    def digest(self) -> str:
        """Return SHA-256 over all groups in their order, in hex."""
        told = [
            [one.section, one.size, list(one.scores), list(one.counts)] for _, one in sorted(self.groups.items())
        ]  # fmt: skip
        return canonical_digest({"day": self.day.isoformat(), "groups": told})
