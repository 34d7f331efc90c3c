"""Time: this machine's clock, and the database's, which all processes share."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_CLOCK = text("SELECT clock_timestamp()")


def now() -> datetime:
    """Return the moment by this machine's clock, in UTC."""
    return datetime.now(UTC)


async def database_now(session: AsyncSession) -> datetime:
    """Return the moment by the database's clock, in UTC; asked after a lock, it is later than what was waited for."""
    moment: datetime = (await session.execute(_CLOCK)).scalar_one()
    return moment
