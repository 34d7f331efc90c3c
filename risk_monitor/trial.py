"""A watch tried against another: who would stand where, who is new, goes, rises or falls; how well each finds. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from risk_monitor.names import LEVELS
from risk_monitor.watch import rank_of

Key = tuple[int, str]  # an enterprise's number, a type of risk
Way = Literal["new", "gone", "raised", "lowered"]


@dataclass(frozen=True)
class Move:
    """An enterprise that would stand at another level of a type; None at none."""

    subject: int
    type: str
    before: str | None
    after: str | None

    @property
    def way(self) -> Way:
        """What would become of it."""
        if self.before is None:
            return "new"
        if self.after is None:
            return "gone"
        return "raised" if rank_of(self.after) > rank_of(self.before) else "lowered"


@dataclass(frozen=True)
class Hits:
    """Of enterprises whose outcome is known: how many a watch finds, how many of those were bad, how many there are."""

    found: int
    bad_found: int
    bad: int


def count_levels(found: Mapping[Key, str]) -> dict[str, dict[str, int]]:
    """Return how many stand at each level of each type that somebody stands at."""
    counts: dict[str, dict[str, int]] = {}
    for (_, kind), level in found.items():
        counts.setdefault(kind, dict.fromkeys(LEVELS, 0))[level] += 1
    return counts


def moves_of(before: Mapping[Key, str], after: Mapping[Key, str]) -> list[Move]:
    """Return who would stand elsewhere, the highest level first, then by number."""
    moved = [
        Move(*key, before.get(key), after.get(key))
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
    ]
    return sorted(moved, key=lambda one: (-rank_of(one.after), -rank_of(one.before), one.subject, one.type))


def hits_of(found: Mapping[Key, str], bad: Collection[Key], sound: Collection[Key]) -> Hits:
    """Return how well a watch finds those that were bad, among those whose outcome is known."""
    known_bad, known_sound = set(bad), set(sound) - set(bad)
    bad_found = len(known_bad & found.keys())
    return Hits(bad_found + len(known_sound & found.keys()), bad_found, len(known_bad))
