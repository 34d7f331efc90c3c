"""What an enterprise is told of the questions about it that it might want to look into. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.model.calendar import is_night

RECENT = timedelta(days=30)
MANY_INSTITUTIONS = 3  # that asked within RECENT


@dataclass(frozen=True)
class Unusual:
    """How many of the recent questions fell at night, and how many institutions asked; `many` where that is a lot."""

    at_night: int
    institutions: int

    @property
    def many(self) -> bool:
        """Whether so many institutions ask that the enterprise is told."""
        return self.institutions >= MANY_INSTITUTIONS


def find_unusual(asked: Sequence[tuple[datetime, str]], now: datetime) -> Unusual:
    """Return what is unusual in questions, each by its moment and who asked; what is older than RECENT is left out."""
    recent = [(at, institution) for at, institution in asked if at >= now - RECENT]
    return Unusual(sum(is_night(at) for at, _ in recent), len({institution for _, institution in recent}))
