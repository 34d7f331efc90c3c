"""A stop: while one stands, no head is signed. Kept until somebody lifts it, whatever restarts meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.errors import StoppedError

_FIND = text("""
    SELECT stop_id, stopped_at, differences FROM audit_stop WHERE log_id = :log AND lifted_at IS NULL
    ORDER BY stopped_at LIMIT 1
""")
_ADD = text("""
    INSERT INTO audit_stop (stop_id, log_id, stopped_at, differences, event_id)
    VALUES (:stop, :log, :at, :differences, :event)
""")
_LIFT = text("UPDATE audit_stop SET lifted_at = :at WHERE stop_id = :stop AND lifted_at IS NULL")


@dataclass(frozen=True)
class Stop:
    """A stop that stands: since when, and over how many differences."""

    stop_id: UUID
    stopped_at: datetime
    differences: int


async def find_stop(session: AsyncSession, log_id: int) -> Stop | None:
    """Return the stop that stands."""
    row = (await session.execute(_FIND, {"log": log_id})).one_or_none()
    return Stop(row.stop_id, row.stopped_at, row.differences) if row else None


async def demand_no_stop(session: AsyncSession, log_id: int) -> None:
    """Raise StoppedError while a stop stands."""
    if stop := await find_stop(session, log_id):
        raise StoppedError(
            f"因 {stop.differences} 处不符自 {stop.stopped_at.isoformat()} 起停止签名 "
            f"stopped since {stop.stopped_at.isoformat()} over {stop.differences} differences"
        )


async def add_stop(session: AsyncSession, log_id: int, stop: Stop, event_id: UUID) -> None:
    """Store a stop, under the event that says so."""
    values = {"stop": stop.stop_id, "log": log_id, "at": stop.stopped_at, "differences": stop.differences}
    await session.execute(_ADD, {**values, "event": event_id})


async def lift_stop(session: AsyncSession, stop: Stop, at: datetime) -> None:
    """End a stop."""
    await session.execute(_LIFT, {"stop": stop.stop_id, "at": at})
