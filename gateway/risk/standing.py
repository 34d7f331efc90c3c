"""What stands and what was found on a day, compared: rows only where something is different than it stands.

1. A type of risk at a level nobody stood at before is opened; a higher level than stands is raised, at once.
2. A lower level, or none, is believed once it has been found for `cool_days` in a row: what comes and goes stays.
3. What stood before is closed on the day the new row begins, so that any day can be read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.store.arrays import text_array
from risk_monitor.watch import rank_of
from signing.canonical import canonical_bytes

Key = tuple[int, str]  # an enterprise's number, a type of risk
_CURRENT = text("SELECT subject, type, level, holds_from, seen_on FROM risk_standing WHERE holds_to IS NULL")
_SEEN = text("""
    UPDATE risk_standing s SET seen_on = :day
    FROM unnest(CAST(:subjects AS bigint[]), CAST(:types AS text[])) AS f (subject, type)
    WHERE s.subject = f.subject AND s.type = f.type AND s.holds_to IS NULL
""")
# A row of this same day is replaced: nothing stood at it on any day that is over.
_UNDO = text("""
    DELETE FROM risk_standing s USING unnest(CAST(:subjects AS bigint[]), CAST(:types AS text[])) AS f (subject, type)
    WHERE s.subject = f.subject AND s.type = f.type AND s.holds_to IS NULL AND s.holds_from = :day
""")
_CLOSE = text("""
    UPDATE risk_standing s SET holds_to = :day
    FROM unnest(CAST(:subjects AS bigint[]), CAST(:types AS text[])) AS f (subject, type)
    WHERE s.subject = f.subject AND s.type = f.type AND s.holds_to IS NULL
""")
_OPEN = text("""
    INSERT INTO risk_standing
        (subject, type, holds_from, holds_to, seen_on, level, before_level, score, version, points)
    SELECT subject, type, :day, NULL, :day, level, before, score, :version, CAST(points AS jsonb)
    FROM unnest(CAST(:subjects AS bigint[]), CAST(:types AS text[]), CAST(:levels AS text[]), CAST(:befores AS text[]),
                CAST(:scores AS integer[]), CAST(:points AS text[]))
        AS f (subject, type, level, before, score, points)
""")


@dataclass(frozen=True)
class Found:
    """What an enterprise was found to be of a type of risk: its level and score, its points with the places of the
    signs that hold and their measures.
    """

    level: str
    score: int
    points: Mapping[str, Sequence[tuple[int, int]]]


@dataclass(frozen=True)
class Current:
    """What stands: the level, since when, and the last day on which it was found so high."""

    level: str
    holds_from: date
    seen_on: date


@dataclass
class Changes:
    """What is to be written: who was found as high as it stands, or higher; who stands at another level from now on,
    with what (None: at none) and the level before.
    """

    seen: list[Key]
    moved: dict[Key, tuple[Found | None, str | None]]

    def counted(self) -> dict[str, int]:
        """Return how many were opened, raised, lowered and ended."""
        ways = [_way(found.level if found else None, before) for found, before in self.moved.values()]
        return {way: ways.count(way) for way in ("opened", "raised", "lowered", "ended")}


def compare(found: Mapping[Key, Found], standing: Mapping[Key, Current], day: date, cool_days: int) -> Changes:
    """Return what is to be written for what was found on a day. Pure."""
    changes = Changes([], {})
    for key, one in found.items():
        stands = standing.get(key)
        if stands is None:
            changes.moved[key] = (one, None)
        elif rank_of(one.level) > rank_of(stands.level):
            changes.moved[key] = (one, stands.level)
        elif one.level == stands.level:
            changes.seen.append(key)
    cooled = day - timedelta(days=cool_days)
    for key, stands in standing.items():
        now = found.get(key)
        if rank_of(now.level if now else None) < rank_of(stands.level) and stands.seen_on <= cooled:
            changes.moved[key] = (now, stands.level)
    return changes


async def read_current(session: AsyncSession) -> dict[Key, Current]:
    """Return all that stands."""
    rows = await session.execute(_CURRENT)
    return {(row.subject, row.type): Current(row.level, row.holds_from, row.seen_on) for row in rows}


async def write(session: AsyncSession, changes: Changes, day: date, version: int) -> None:
    """Write changes; the lock of the risk watch is held."""
    if changes.seen:
        await session.execute(_SEEN, {**_keys(changes.seen), "day": day})
    if not changes.moved:
        return
    for statement in (_UNDO, _CLOSE):
        await session.execute(statement, {**_keys(list(changes.moved)), "day": day})
    opened = [(key, one, before) for key, (one, before) in changes.moved.items() if one is not None]
    if opened:
        values: dict[str, Any] = {
            **_keys([key for key, *_ in opened]), "levels": [one.level for _, one, _ in opened],
            "befores": [before for *_, before in opened], "scores": [one.score for _, one, _ in opened],
            "points": [canonical_bytes(dict(one.points)).decode() for _, one, _ in opened],
        }  # fmt: skip
        await session.execute(_OPEN, {**values, "day": day, "version": version})


def _keys(keys: Sequence[Key]) -> dict[str, Any]:
    return {"subjects": text_array(str(subject) for subject, _ in keys), "types": [kind for _, kind in keys]}


def _way(level: str | None, before: str | None) -> str:
    if before is None:
        return "opened"
    if level is None:
        return "ended"
    return "raised" if rank_of(level) > rank_of(before) else "lowered"
