"""What is watched for: signs that are read from a measure, points that one of their signs holds, types of risk. Pure.

Two levels, so that a reader sees why: points add up to a score by type, and the score decides on a level.
"""

from functools import cached_property
from typing import Literal

import msgspec

from risk_monitor.names import LEVELS
from signing.canonical import canonical_bytes, sha256_hex

NEAR = "near_"  # how the names of measures begin that the network gives
SITE = "site_"  # that the watch over platforms gives
NO_TAGS = (NEAR, SITE)
Shown = Literal["count", "percent", "yuan", "flag"]


class Text(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A text in both languages."""

    zh: str
    en: str


class Sign(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Holds where a measure of an enterprise is `at_least` so much, or `below`; never where there is no value.

    Bounds are whole numbers in the measure's own unit (basis points, fen, times). `text` is what a regulator reads;
    `{value}` in it is the measure, told as `shown` says.
    """

    measure: str
    text: Text
    at_least: int | None = None
    below: int | None = None
    shown: Shown = "count"


class Point(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A risk point: it is there where one of its signs holds."""

    id: str
    name: Text
    signs: list[Sign]


class RiskType(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A type of risk: what each of its points weighs, and from which score on a level holds."""

    id: str
    name: Text
    points: dict[str, int]
    levels: dict[str, int]


class Watch(msgspec.Struct, forbid_unknown_fields=True, frozen=True, dict=True):
    """All that is watched for, by one version. `review_ppm` is the share of all that people can look at, in millionths;
    a level that has fallen stays for `cool_days`, so that nobody comes and goes from day to day.
    """

    version: int
    review_ppm: int
    cool_days: int
    points: list[Point]
    types: list[RiskType]

    @cached_property
    def by_id(self) -> dict[str, Point]:
        """The points by their ids."""
        return {point.id: point for point in self.points}

    @cached_property
    def type_by_id(self) -> dict[str, RiskType]:
        """The types by their ids."""
        return {one.id: one for one in self.types}

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """Every measure that a sign reads, once, in their order."""
        return tuple(dict.fromkeys(sign.measure for point in self.points for sign in point.signs))

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The measures that are tags."""
        return tuple(name for name in self.measures if not name.startswith(NO_TAGS))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of its canonical form, in hexadecimal digits."""
        return sha256_hex(canonical_bytes(msgspec.to_builtins(self)))

    def budget(self, subjects: int) -> int:
        """Return how many of so many subjects people can look at: of a few, one."""
        return -(-subjects * self.review_ppm // 1_000_000)


def rank_of(level: str | None) -> int:
    """Return 0 for no level, then 1 to 3."""
    return 0 if level is None else LEVELS.index(level) + 1
