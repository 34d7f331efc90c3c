"""What institutions owe for the answers they were given, as operators see it: how many, what is overdue, who stops."""

from typing import Any

from sqlalchemy import text

from gateway.identity.clients.unknown import demand_known
from gateway.inquiries.obligations import GRACE
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork

_OWING = text("""
    SELECT m.institution_id AS institution, r.reports, r.late AS reports_overdue, d.deletions AS deletions_overdue,
           least(r.oldest, d.oldest) AS oldest
    FROM institution m
    CROSS JOIN LATERAL (
        SELECT count(*) AS reports, count(*) FILTER (WHERE report_by <= :now) AS late, min(report_by) AS oldest
        FROM inquiry i WHERE i.institution = m.institution_id AND i.report_by IS NOT NULL) r
    CROSS JOIN LATERAL (
        SELECT count(*) AS deletions, min(delete_by) AS oldest FROM inquiry i
        WHERE i.institution = m.institution_id AND i.delete_by <= :now AND i.delete_by IS NOT NULL
            AND i.deleted_at IS NULL) d
    WHERE (CAST(:institution AS text) IS NULL OR m.institution_id = :institution) AND r.reports + d.deletions > 0
    ORDER BY m.institution_id LIMIT :limit
""")


async def list_owing(work: UnitOfWork, *, limit: int, institution: str | None = None) -> list[dict[str, Any]]:
    """Return the institutions that owe reports or deletions: institution, reports, reports_overdue, deletions_overdue,
    oldest (when the first was due), and whether their questions are stopped.

    Raises DeniedError for an institution that is not known.
    """
    await demand_known(work, institution=institution)
    now = await database_now(work.session)
    values = {"now": now, "institution": institution, "limit": limit}
    rows = (await work.session.execute(_OWING, values)).mappings()
    return [{**row, "stopped": now >= row["oldest"] + GRACE} for row in rows]
