"""Which warnings wait for an institution's people: those that nobody has marked as seen."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from gateway.runtime.work import UnitOfWork

# By the index of what nobody has seen.
_UNSEEN = text("""
    SELECT w.warning_id, w.uscc, w.told_at FROM warning w JOIN warning_subscription s USING (subscription_id)
    WHERE w.institution = :institution AND w.seen_at IS NULL
      AND (CAST(:passed_on AS text) IS NULL OR s.intermediary = :passed_on)
    ORDER BY w.warning_id DESC LIMIT :limit
""")


async def find_unseen(work: UnitOfWork, limit: int) -> Sequence[Row[Any]]:
    """Return up to so many of the acting institution's, newest first: whom about and since when, not what they say."""
    if work.actor.institution_id is None:
        return []
    values = {"institution": work.actor.institution_id, "passed_on": work.actor.intermediary, "limit": limit}
    return (await work.session.execute(_UNSEEN, values)).all()
