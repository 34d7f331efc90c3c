"""What would raise a score, laid out for people: each step with what it brings, and what it rests on. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console.words import Words


@dataclass(frozen=True)
class StepShown:
    """A step: the points it brings, in words what is to be done or passes, the score it leads to."""

    points: int
    text: str
    score: int
    own: bool  # something can be done about it; else it passes by itself

    @property
    def weight(self) -> str:
        """The points as they are shown."""
        return f"+{self.points}"


@dataclass(frozen=True)
class ImprovementsShown:
    """The steps, the largest first, and the score when all of them are done; None where there are no steps."""

    steps: Sequence[StepShown]
    together: int | None


def improvements_of(told: Mapping[str, Any] | None, words: Words) -> ImprovementsShown | None:
    """Lay what an answer tells of it out in the visitor's language; None where it tells nothing of it."""
    if told is None:
        return None
    steps = [
        StepShown(one["points"], str(one[words.language]), one["score"], one["how"] == "act") for one in told["steps"]
    ]
    return ImprovementsShown(steps, told["together"])
