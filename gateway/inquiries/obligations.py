"""What an institution owes for the answers it was given: a report, in time, of what it did with each.

An answer is given together with the moment its report is due, by its consent; the report ends that. What is overdue
beyond a grace stops the institution's next question, until it has reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from consent.durations import after
from consent.terms import Terms
from gateway.runtime.work import UnitOfWork

REPORT_WITHIN = timedelta(days=30)  # where a consent names no time
GRACE = timedelta(days=15)
# By the index (institution, report_by): what has been reported is not looked at.
_OLDEST = text("""
    SELECT m.institution, i.inquiry_id, i.report_by FROM unnest(CAST(:institutions AS text[])) AS m (institution)
    CROSS JOIN LATERAL (
        SELECT inquiry_id, report_by FROM inquiry WHERE institution = m.institution AND report_by IS NOT NULL
        ORDER BY report_by LIMIT 1) i
""")
_OWED = text("""
    SELECT inquiry_id, report_by, created_at, account, person, uscc, product, purpose, count(*) OVER () AS total
    FROM inquiry WHERE institution = :institution AND report_by IS NOT NULL
    ORDER BY report_by, inquiry_id OFFSET :offset LIMIT :limit
""")
_REPORTED = text("UPDATE inquiry SET report_by = NULL WHERE inquiry_id = :inquiry AND report_by IS NOT NULL")


@dataclass(frozen=True)
class Owed:
    """A report that is owed: for which answer, and until when."""

    inquiry_id: UUID
    due: datetime

    def stops(self, now: datetime) -> bool:
        """Tell whether it has been overdue for longer than the grace."""
        return now >= self.due + GRACE


def report_due(terms: Terms, answered: datetime) -> datetime:
    """Return until when the use of an answer is to be reported: as its consent says. Pure."""
    within = next((one.within for one in terms.obligations if one.kind == "report_usage"), None)
    return after(answered, within) if within else answered + REPORT_WITHIN


async def find_oldest(session: AsyncSession, institutions: Sequence[str]) -> dict[str, Owed]:
    """Return the report that each of these institutions owes for longest; nothing of those that owe none."""
    rows = await session.execute(_OLDEST, {"institutions": sorted(set(institutions))})
    return {row.institution: Owed(row.inquiry_id, row.report_by) for row in rows}


async def end_report(session: AsyncSession, inquiry_id: UUID) -> None:
    """Note that an answer's use was reported."""
    await session.execute(_REPORTED, {"inquiry": inquiry_id})


async def list_owed(work: UnitOfWork, *, limit: int, offset: int = 0) -> list[Row[Any]]:
    """Return up to `limit` reports that the acting institution owes, those that are due first at first: inquiry_id,
    report_by, created_at, account, person, uscc, product, purpose, and how many there are, `total`.

    None for whoever belongs to no institution.
    """
    values = {"institution": work.actor.institution_id, "limit": limit, "offset": offset}
    return list(await work.session.execute(_OWED, values))


def owed_document(rows: Sequence[Row[Any]], now: datetime) -> dict[str, Any]:
    """Return what is owed as the interface shows it."""
    return {
        "reports": [
            {
                "inquiry": str(row.inquiry_id), "answered_at": row.created_at.isoformat(), "account": row.account,
                "subject": row.uscc, "product": row.product, "purpose": row.purpose,
                "due": row.report_by.isoformat(), "overdue": now >= row.report_by,
                "stops_questions_at": (row.report_by + GRACE).isoformat(),
            }
            for row in rows
        ],
        "total": rows[0].total if rows else 0,
    }  # fmt: skip
