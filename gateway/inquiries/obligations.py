"""What an institution owes for the answers it was given: a report of what it did with each, and that each is deleted.

An answer is given together with the moments at which both are due, by its consent; a report ends the one, an
attestation the other. What is overdue beyond a grace stops the institution's next question, until it is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from consent.durations import after, read_duration
from consent.terms import Terms
from gateway.runtime.work import UnitOfWork

Kind = Literal["report", "deletion"]
REPORT_WITHIN = timedelta(days=30)  # where a consent names no time
GRACE = timedelta(days=15)
NOTHING_DUE: Mapping[str, datetime | None] = {"report_by": None, "delete_by": None}
# By the indexes (institution, report_by) and (institution, delete_by): what is done is not looked at.
_OLDEST = text("""
    SELECT m.institution, o.kind, o.inquiry_id, o.due FROM unnest(CAST(:institutions AS text[])) AS m (institution)
    CROSS JOIN LATERAL (
        (SELECT 'report' AS kind, inquiry_id, report_by AS due FROM inquiry
         WHERE institution = m.institution AND report_by IS NOT NULL ORDER BY report_by LIMIT 1)
        UNION ALL
        (SELECT 'deletion', inquiry_id, delete_by FROM inquiry
         WHERE institution = m.institution AND delete_by IS NOT NULL AND deleted_at IS NULL ORDER BY delete_by LIMIT 1)
        ORDER BY due LIMIT 1) o
""")
_OWED = text("""
    SELECT inquiry_id, report_by, created_at, account, person, uscc, product, purpose, count(*) OVER () AS total
    FROM inquiry WHERE institution = :institution AND report_by IS NOT NULL
    ORDER BY report_by, inquiry_id OFFSET :offset LIMIT :limit
""")
# In one order by everybody: an inquiry's row is written by who deletes its answer, too.
_REPORTED = text("""
    WITH owed AS MATERIALIZED (
        SELECT inquiry_id FROM inquiry WHERE inquiry_id = ANY(CAST(:inquiries AS uuid[])) AND report_by IS NOT NULL
        ORDER BY inquiry_id FOR NO KEY UPDATE)
    UPDATE inquiry i SET report_by = NULL FROM owed WHERE i.inquiry_id = owed.inquiry_id
""")
_ENDED = text("""
    SELECT inquiry_id FROM inquiry
    WHERE inquiry_id = ANY (CAST(:inquiries AS uuid[])) AND (deleted_at IS NOT NULL OR delete_by <= :now)
""")


@dataclass(frozen=True)
class Owed:
    """What is owed: a report or a deletion, for which answer, and until when."""

    inquiry_id: UUID
    due: datetime
    kind: Kind = "report"

    def stops(self, now: datetime) -> bool:
        """Tell whether it has been overdue for longer than the grace."""
        return now >= self.due + GRACE


def report_due(terms: Terms, answered: datetime) -> datetime:
    """Return until when the use of an answer is to be reported: as its consent says. Pure."""
    within = next((one.within for one in terms.obligations if one.kind == "report_usage"), None)
    return after(answered, within) if within else answered + REPORT_WITHIN


def life_ends(terms: Terms, answered: datetime) -> datetime | None:
    """Return when the life of an answer's data ends: as its consent says; None where it may not be kept at all. Pure.

    Where `data_life` and the obligation to delete differ, the shorter of them.
    """
    if terms.access_mode != "STORE":
        return None
    said = [terms.data_life, *(one.within for one in terms.obligations if one.kind == "delete_after")]
    return min((after(answered, life) for life in said if life and read_duration(life)[0]), default=None)


def due_for(terms: Terms, answered: datetime) -> Mapping[str, datetime | None]:
    """Return when what is owed for an answer is due: `report_by` and `delete_by`. Pure."""
    return {"report_by": report_due(terms, answered), "delete_by": life_ends(terms, answered)}


async def find_oldest(session: AsyncSession, institutions: Sequence[str]) -> dict[str, Owed]:
    """Return what each of these institutions owes for longest; nothing of those that owe nothing."""
    rows = await session.execute(_OLDEST, {"institutions": sorted(set(institutions))})
    return {row.institution: Owed(row.inquiry_id, row.due, row.kind) for row in rows}


async def find_ended(session: AsyncSession, inquiries: Sequence[UUID], now: datetime) -> set[UUID]:
    """Return those of the inquiries whose answer may be kept no longer, or was said to be deleted."""
    if not inquiries:
        return set()
    return set((await session.execute(_ENDED, {"inquiries": list(inquiries), "now": now})).scalars())


async def end_reports(session: AsyncSession, inquiries: Sequence[UUID]) -> None:
    """Note that the use of these answers was reported."""
    await session.execute(_REPORTED, {"inquiries": list(inquiries)})


async def list_owed(work: UnitOfWork, *, limit: int, offset: int = 0) -> list[Row[Any]]:
    """Return up to `limit` reports that the acting institution owes, those that are due first at first: inquiry_id,
    report_by, created_at, account, person, uscc, product, purpose, and how many there are, `total`.

    None for whoever belongs to no institution.
    """
    values = {"institution": work.actor.institution_id, "limit": limit, "offset": offset}
    return list(await work.session.execute(_OWED, values))


def owed_document(reports: Sequence[Row[Any]], deletions: Sequence[Row[Any]], now: datetime) -> dict[str, Any]:
    """Return what is owed as the interface shows it."""
    return {
        "reports": [_shown(row, row.report_by, now) for row in reports],
        "total": reports[0].total if reports else 0,
        "deletions": [_shown(row, row.delete_by, now) for row in deletions],
        "deletions_total": deletions[0].total if deletions else 0,
    }


def _shown(row: Row[Any], due: datetime, now: datetime) -> dict[str, Any]:
    return {
        "inquiry": str(row.inquiry_id), "answered_at": row.created_at.isoformat(), "account": row.account,
        "subject": row.uscc, "product": row.product, "purpose": row.purpose, "due": due.isoformat(),
        "overdue": now >= due, "stops_questions_at": (due + GRACE).isoformat(),
    }  # fmt: skip
