"""What the risk watch found long ago, deleted: it follows from the records, and its digest is in the log.

What stands is never deleted, nor what stood on any of the days that are kept; a case keeps what it was opened for. The
first day of a drift stays as long as a day that is compared with it.
"""

from datetime import timedelta

from sqlalchemy import text

from connectors.model.calendar import day_of
from gateway.runtime.database import rowcount
from gateway.runtime.work import UnitOfWork

BITE = 10_000  # rows
# Two workers take different rows: what one is at, the other passes over.
_FORGET = text("""
    DELETE FROM risk_standing WHERE (subject, type, holds_from) IN (
        SELECT subject, type, holds_from FROM risk_standing WHERE holds_to <= :first ORDER BY holds_to LIMIT :most
        FOR UPDATE SKIP LOCKED)
""")
_FORGET_COUNTS = tuple(text(f"DELETE FROM {table} WHERE as_of < :first") for table in ("risk_open", "risk_judged"))  # noqa: S608 - our own names

_FORGET_DRIFT = text("""
    DELETE FROM risk_drift WHERE as_of < :first AND (basis, as_of) NOT IN (
        SELECT basis, min(as_of) FROM risk_drift GROUP BY basis HAVING max(as_of) >= :first)
""")


async def forget_risks(work: UnitOfWork, keep_days: int) -> bool:
    """Delete what stood, and was counted, on none of the last so many days: a bite; tell whether there may be more."""
    first = day_of(work.now) - timedelta(days=keep_days)
    for statement in (*_FORGET_COUNTS, _FORGET_DRIFT):
        await work.session.execute(statement, {"first": first})
    return rowcount(await work.session.execute(_FORGET, {"first": first, "most": BITE})) == BITE
