"""Points that cannot be told, since what they are read from has no value: for how many of a day, and which of one.

A point that is open may hold: that nothing was found is not said of it.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.watches.in_force import rules_of
from risk_monitor.watch import Point

BITS = 8  # of a byte of a mask, the highest first
_MASK = text("""
    SELECT version, substring(masks FROM CAST((:number - first) * width + 1 AS integer) FOR width) AS mask
    FROM risk_open_piece WHERE first <= :number ORDER BY first DESC LIMIT 1
""")
_COUNTS = text("SELECT point, subjects FROM risk_open WHERE as_of = :day")


async def find_open(session: AsyncSession, number: int) -> Sequence[Point]:
    """Return the points that could not be told for an enterprise at the last judging, in the watch's order."""
    row = (await session.execute(_MASK, {"number": number})).one_or_none()
    if row is None or not row.mask:
        return []
    points = (await rules_of(session, row.version)).points
    return [one for at, one in enumerate(points) if row.mask[at // BITS] >> (BITS - 1 - at % BITS) & 1]


async def count_open(session: AsyncSession, day: date) -> Mapping[str, int]:
    """Return for how many enterprises each point could not be told on a day."""
    return {row.point: row.subjects for row in await session.execute(_COUNTS, {"day": day})}
