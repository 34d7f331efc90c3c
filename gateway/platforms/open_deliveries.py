"""How many deliveries have not arrived: those that wait, and those that a platform refused; what each was told."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_OPEN = text("""
    SELECT count(*) FILTER (WHERE state <> 'refused'), min(created_at) FILTER (WHERE state <> 'refused'),
           count(*) FILTER (WHERE state = 'refused'), min(settled_at) FILTER (WHERE state = 'refused')
    FROM delivery WHERE state <> 'confirmed'
""")


class OpenDeliveries(NamedTuple):
    """How many wait, since when the oldest does; how many were refused, and when the first of them was."""

    waiting: int
    since: datetime | None
    refused: int
    refused_since: datetime | None


async def count_open(session: AsyncSession) -> OpenDeliveries:
    """Count the deliveries that have not arrived."""
    return OpenDeliveries(*(await session.execute(_OPEN)).one())


_PLATFORMS = text("""
    SELECT peer_id, max(created_at) AS last, count(*) FILTER (WHERE state = 'confirmed') AS confirmed,
           count(*) FILTER (WHERE state IN ('pending', 'acknowledged')) AS waiting,
           count(*) FILTER (WHERE state = 'refused') AS refused,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY settled_at - created_at) FILTER (WHERE state = 'confirmed')
               AS lag
    FROM delivery GROUP BY peer_id
""")


class Told(NamedTuple):
    """What a platform was told: when last, how many arrived, wait and were refused, how long one in the middle took."""

    last: datetime | None = None
    confirmed: int = 0
    waiting: int = 0
    refused: int = 0
    lag: timedelta | None = None


async def read_platforms(session: AsyncSession) -> Mapping[str, Told]:
    """Return what each platform was told."""
    return {row[0]: Told(*row[1:]) for row in await session.execute(_PLATFORMS)}
