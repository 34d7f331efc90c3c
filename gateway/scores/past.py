"""Scores that held until long ago, and what was noted of scans and nights of then, deleted: all follows from the
records, and `xinqiao scan --as-of` computes any day.

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

# A scan under way goes on by its pieces; one that is finished has their counts and digest, which the log has too.
_FORGET_PIECES = text("""
    DELETE FROM scan_piece p USING scan_run r
    WHERE r.run_id = p.run_id AND r.state = 'finished' AND r.started_at < :before
""")
_FORGET_NIGHTS = text("DELETE FROM challenger_night WHERE as_of < :first")


async def forget_past(work: UnitOfWork, keep_days: int) -> bool:
    """Delete what held on none of the last so many days, a bite of it; tell whether there may be more."""
    first = day_of(work.now) - timedelta(days=keep_days)
    await work.session.execute(_FORGET_PIECES, {"before": work.now - timedelta(days=keep_days)})
    await work.session.execute(_FORGET_NIGHTS, {"first": first})
    return rowcount(await work.session.execute(_FORGET, {"first": first, "most": BITE})) == BITE
