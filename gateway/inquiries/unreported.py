"""Answers that an institution has not told the use of."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, text

from audit.search import first_id
from gateway.runtime.work import UnitOfWork

DAYS = 90
_UNREPORTED = text("""
    SELECT i.inquiry_id, i.account, i.uscc, i.product, i.purpose, i.created_at FROM inquiry i
    WHERE i.institution = :institution AND i.inquiry_id >= :since AND i.state = 'answered'
        AND NOT EXISTS (SELECT FROM usage_result r WHERE r.inquiry_id = i.inquiry_id)
    ORDER BY i.inquiry_id LIMIT :most
""")


async def find_unreported(work: UnitOfWork, limit: int) -> Sequence[Row[Any]]:
    """Return inquiry_id, account, uscc, product, purpose and created_at of up to `limit` answers, oldest first.

    Those given to the actor's institution in the last DAYS; none for whoever belongs to no institution.
    """
    if work.actor.institution_id is None:
        return []
    since = first_id(work.now - timedelta(days=DAYS))
    values = {"institution": work.actor.institution_id, "since": since, "most": limit}
    return (await work.session.execute(_UNREPORTED, values)).all()
