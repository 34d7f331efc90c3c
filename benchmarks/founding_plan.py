"""How many of each there are in the city of the founding figures; in a smaller one in proportion, one at least.

4,616 suspects of about 307,700 enterprises are 1.5 %, what people can look at. Of 368 cases 366 were handled: 125
listed as abnormal, 75 cancelled or revoked, 23 police cases, and 143 that ended in other ways. Those are named here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from risk_monitor.load import load_watch

SUBJECTS, ON_LISTS, ON_BOTH, LEFT_OPEN = 307_733, 117, 15, 2
OUTCOMES: Mapping[str, int] = {
    "listed-abnormal": 125, "cancelled": 41, "revoked": 34, "police-filed": 23,
    "rectified": 52, "redeemed": 31, "under-watch": 22, "false-alarm": 17, "moved-away": 9, "under-help": 8,
    "merged": 4,
}  # fmt: skip
GONE = ("cancelled", "revoked")
NAMED = ("listed-abnormal", *GONE, "police-filed")  # by the founding figures; the others are ours
MASS_PERCENT, LENDING_PERCENT = 24, 26  # of the suspects; the others are in distress
FEWEST = 1_000  # below, there are more ways to end than suspects


@dataclass(frozen=True)
class Plan:
    """A city of so many enterprises; the same seed makes the same one."""

    subjects: int = SUBJECTS
    seed: int = 1

    def __post_init__(self) -> None:
        if self.subjects < FEWEST:
            raise ValueError(f"至少 at least {FEWEST} 家企业 enterprises")

    @property
    def suspects(self) -> int:
        """Those at a level of risk: as many as people can look at."""
        return load_watch().budget(self.subjects)

    @property
    def on_lists(self) -> int:
        """Those of the suspects that supervisors' lists name."""
        return self._of(ON_LISTS)

    @property
    def on_both(self) -> int:
        """Those of them that both lists name."""
        return self._of(ON_BOTH)

    @cached_property
    def outcomes(self) -> Mapping[str, int]:
        """How many cases end in each way."""
        return {name: self._of(many) for name, many in OUTCOMES.items()}

    @property
    def left_open(self) -> int:
        """Cases that are not ended."""
        return self._of(LEFT_OPEN)

    @property
    def handled(self) -> int:
        """Cases that are ended."""
        return sum(self.outcomes.values())

    @property
    def cases(self) -> int:
        """All cases."""
        return self.handled + self.left_open

    @property
    def mass(self) -> int:
        """Suspects of the mass-involving type, of whom the cases are."""
        return max(self.cases, self.suspects * MASS_PERCENT // 100)

    @property
    def lending(self) -> int:
        """Suspects of the type of private lending; never more than what is left."""
        return min(self.suspects - self.mass, self.suspects * LENDING_PERCENT // 100)

    def grouped(self, outcomes: Mapping[str, int]) -> dict[str, int]:
        """Return outcomes as the founding figures have them."""
        gone, named = sum(outcomes.get(one, 0) for one in GONE), sum(outcomes.get(one, 0) for one in NAMED)
        return {
            "listed_abnormal": outcomes.get("listed-abnormal", 0), "cancelled_or_revoked": gone,
            "police": outcomes.get("police-filed", 0), "other": sum(outcomes.values()) - named,
        }  # fmt: skip

    def _of(self, many: int) -> int:
        return max(1, round(many * self.subjects / SUBJECTS))
