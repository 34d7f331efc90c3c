"""How many submissions wait for a decision, whoever is asked to decide."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_WAITING = text("SELECT count(*), min(held_at), min(expires_at) FROM held_delivery WHERE status = 'waiting'")


class WaitingHeld(NamedTuple):
    """How many wait, since when the oldest does, and when the first of them expires."""

    number: int
    since: datetime | None
    until: datetime | None


async def count_waiting(session: AsyncSession) -> WaitingHeld:
    """Count the held submissions that wait."""
    return WaitingHeld(*(await session.execute(_WAITING)).one())
