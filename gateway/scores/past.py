"""Scores that held until long ago, deleted: they follow from the records, and `xinqiao scan --as-of` computes any day.

What holds now is never deleted, nor what held on any of the days that are kept. Inquiries read what holds now; answers
of then are computed again from the sealed records.
"""

from datetime import timedelta

from sqlalchemy import text

from connectors.model.calendar import day_of
from gateway.runtime.database import rowcount
from gateway.runtime.work import UnitOfWork

BITE = 10_000  # rows
# Two workers take different rows: what one is at, the other passes over.
_FORGET = text("""
    DELETE FROM subject_score WHERE (subject, holds_from) IN (
        SELECT subject, holds_from FROM subject_score WHERE holds_to <= :first ORDER BY holds_to LIMIT :most
        FOR UPDATE SKIP LOCKED)
""")


async def forget_past(work: UnitOfWork, keep_days: int) -> bool:
    """Delete what held on none of the last so many days, a bite of it; tell whether there may be more."""
    first = day_of(work.now) - timedelta(days=keep_days)
    return rowcount(await work.session.execute(_FORGET, {"first": first, "most": BITE})) == BITE
