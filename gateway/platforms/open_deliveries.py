"""How many deliveries have not arrived: those that wait, and those that a platform refused."""

from datetime import datetime
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
