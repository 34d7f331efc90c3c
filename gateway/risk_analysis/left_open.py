"""For how many enterprises each point could not be told at the last judging: where data is missing, none holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gateway.records.access import demand_overseer
from gateway.risk.left_open import count_open
from gateway.risk.reading import find_day
from gateway.runtime.work import UnitOfWork
from gateway.watches.in_force import rules_of
from risk_monitor.watch import Point


@dataclass(frozen=True)
class OpenPoint:
    """A point, and for how many it could not be told."""

    point: Point
    subjects: int


@dataclass(frozen=True)
class LeftOpen:
    """The points of the last judging, those that are open for most first; None and nothing before it."""

    as_of: date | None
    subjects: int
    points: Sequence[OpenPoint]


async def read_left_open(work: UnitOfWork) -> LeftOpen:
    """Return it and record that it was read. Raises DeniedError for whoever does not oversee."""
    demand_overseer(work)
    day = await find_day(work)
    counts = await count_open(work.session, day.as_of) if day else {}
    rules = await rules_of(work.session, day.version) if day else None
    points = [OpenPoint(one, counts[one.id]) for one in rules.points if one.id in counts] if rules else []
    points.sort(key=lambda one: -one.subjects)
    await work.record("risk.read", {"view": "open", "found": len(points)}, outcome="read")
    return LeftOpen(day.as_of if day else None, day.subjects if day else 0, points)
