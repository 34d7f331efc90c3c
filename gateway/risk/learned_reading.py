"""What the model in force foretells, and how far the city has drifted: for those who oversee. Each look is an entry.

What a model says stands beside what the rules find, and is always told apart: a chance is no level.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.store.numbers import find_by_numbers
from connectors.store.subjects import Subject
from gateway.records.access import demand_overseer
from gateway.risk.foretold import Foretold
from gateway.runtime.work import UnitOfWork

MOST = 10_000
POINTS = "model"  # the measure of drift that is the model's points
LITTLE, MUCH = 100_000, 250_000  # how far is little and much, millionths
_COLUMNS = "subject, as_of, version, place, points, chance_ppm, reasons"
_FIRST = text(f"SELECT {_COLUMNS} FROM risk_foretold ORDER BY place LIMIT :most")  # noqa: S608 - our own words
_OF = text(f"SELECT {_COLUMNS} FROM risk_foretold WHERE subject = ANY(:subjects)")  # noqa: S608 - as above
_LEVELS = text("SELECT subject, type, level FROM risk_standing WHERE holds_to IS NULL AND subject = ANY(:subjects)")
_DRIFT = text("""
    SELECT as_of, measure, psi_ppm FROM risk_drift
    WHERE as_of = (SELECT max(as_of) FROM risk_drift) ORDER BY psi_ppm DESC NULLS LAST, measure
""")
_SINCE = text("""
    SELECT min(as_of) FROM risk_drift
    WHERE basis = (SELECT basis FROM risk_drift ORDER BY as_of DESC LIMIT 1)
""")


@dataclass(frozen=True)
class LearnedRisk:
    """What is foretold of an enterprise, by which version of the model, and the levels at which the rules have it."""

    subject: Subject
    version: int
    found: Foretold
    levels: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Drift:
    """How far each measure is from the first day of what is in force, the furthest first; None on that day."""

    as_of: date | None
    since: date | None
    measures: Sequence[tuple[str, int | None]]


async def read_learned(work: UnitOfWork, most: int = MOST) -> list[LearnedRisk]:
    """Return whom the model has look at first, and record that it was read. Raises DeniedError."""
    demand_overseer(work)
    rows = (await work.session.execute(_FIRST, {"most": most})).all()
    numbers = [row.subject for row in rows]
    subjects = await find_by_numbers(work.session, sorted(numbers))
    levels = dict[int, list[tuple[str, str]]]()
    for row in await work.session.execute(_LEVELS, {"subjects": numbers}):
        levels.setdefault(row.subject, []).append((row.type, row.level))
    found = [
        LearnedRisk(subjects[row.subject], row.version, _foretold(row), sorted(levels.get(row.subject, ())))
        for row in rows
        if row.subject in subjects
    ]
    await work.record("risk.read", {"view": "learned", "found": len(found)}, outcome="read")
    return found


async def read_drift(work: UnitOfWork) -> Drift:
    """Return how far the last day has drifted, and record that it was read. Raises DeniedError."""
    demand_overseer(work)
    rows = (await work.session.execute(_DRIFT)).all()
    since = (await work.session.execute(_SINCE)).scalar_one_or_none()
    await work.record("risk.read", {"view": "drift", "found": len(rows)}, outcome="read")
    return Drift(rows[0].as_of if rows else None, since, [(row.measure, row.psi_ppm) for row in rows])


async def find_foretold(session: AsyncSession, subjects: Collection[int]) -> dict[int, Foretold]:
    """Return what is foretold of enterprises by their numbers, those of whom anything is kept."""
    rows = await session.execute(_OF, {"subjects": list(subjects)})
    return {row.subject: _foretold(row) for row in rows}


def _foretold(row: Row[Any]) -> Foretold:
    reasons = [(name, value, points) for name, value, points in row.reasons]
    return Foretold(row.subject, row.place, row.points, row.chance_ppm, reasons)
