"""Who moved far, or into another band, on a day: for those who oversee.

Institutions learn of a score by inquiry alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from connectors.model.calendar import day_of
from connectors.store.numbers import find_by_numbers
from connectors.store.subjects import Subject
from gateway.records.access import demand_overseer
from gateway.runtime.work import UnitOfWork

MOST = 500
_DAY = text("SELECT max(holds_from) FROM subject_score WHERE moved IS NOT NULL AND holds_from <= :day")
_MOVERS = text("""
    SELECT subject, score, band, before_score, before_band, moved FROM subject_score
    WHERE holds_from = :day AND moved IS NOT NULL ORDER BY abs(score - before_score) DESC, subject LIMIT :most
""")


@dataclass(frozen=True)
class Mover:
    """An enterprise, its score and band now and before, and the tags that moved it: id, points before, points now."""

    subject: Subject
    score: int
    band: str
    before_score: int
    before_band: str
    tags: Sequence[tuple[str, int, int]]

    @property
    def change(self) -> int:
        """By how many points it rose; negative where it fell."""
        return self.score - self.before_score


@dataclass(frozen=True)
class Movers:
    """The movers of a day, who moved farthest first; the day is None where there were none up to the one asked for."""

    day: date | None
    movers: Sequence[Mover]


async def read_movers(work: UnitOfWork, day: date | None = None, most: int = MOST) -> Movers:
    """Return who moved on a day, or on the last day before it on which somebody did, and record that they were read.

    Raises DeniedError for whoever does not oversee.
    """
    demand_overseer(work)
    found = (await work.session.execute(_DAY, {"day": day or day_of(work.now)})).scalar_one()
    rows = (await work.session.execute(_MOVERS, {"day": found, "most": most})).all() if found else []
    subjects = await find_by_numbers(work.session, [row.subject for row in rows])
    movers = [
        Mover(subjects[row.subject], row.score, row.band, row.before_score, row.before_band, _tags(row.moved))
        for row in rows
        if row.subject in subjects
    ]
    await work.record("scores.read", {"view": "movers", "found": len(movers)}, outcome="read")
    return Movers(found, movers)


def _tags(moved: Sequence[Sequence[Any]]) -> list[tuple[str, int, int]]:
    return [(str(tag), int(before), int(after)) for tag, before, after in moved]
