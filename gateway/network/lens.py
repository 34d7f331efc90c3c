"""Which edges are looked at: those of a day, as one reading knew them, that whoever looks may be told. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from scoring_adapter.network.declared import RELATIONS

_NEWEST = text("SELECT coalesce(max(number), 0) FROM network_reading")
EVERY = tuple(RELATIONS)


def on(edge: str = "e") -> str:
    """Return the SQL that an edge meets which is looked at; its values are those of a lens."""
    return f"""({edge}.starts <= :day AND ({edge}.ends IS NULL OR {edge}.ends > :day)
        AND {edge}.taken <= :reading AND ({edge}.dropped IS NULL OR {edge}.dropped > :reading)
        AND ({edge}.dataset = ANY(CAST(:others AS text[]))
             OR ({edge}.said_by = :about AND {edge}.dataset = ANY(CAST(:own AS text[])))))"""


@dataclass(frozen=True)
class Lens:
    """A day, a reading, and the datasets: `own` of the enterprise itself (`about`, its number), `others` of everybody.

    Without `through_persons` nobody is found by a person alone: what else somebody holds or leads is that person's.
    """

    about: int
    day: date
    reading: int
    own: tuple[str, ...] = EVERY
    others: tuple[str, ...] = EVERY
    through_persons: bool = True

    def values(self) -> dict[str, Any]:
        """Return what `on` is asked with."""
        return {
            "about": self.about, "day": self.day, "reading": self.reading, "own": list(self.own),
            "others": list(self.others),
        }  # fmt: skip


async def newest_reading(session: AsyncSession) -> int:
    """Return the newest reading: readings are numbered as they are committed, and what came later is not in it."""
    number: int = (await session.execute(_NEWEST)).scalar_one()
    return number
