"""Requests that an enterprise answers on paper: those that wait and have a scan of what was signed."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from consent.decision import Consent
from consent.life import LAPSES_AFTER
from consent.store import COLUMNS, Jwks, read_consent

# What has not ended is looked through by when it will.
_ON_PAPER = text(f"""
    SELECT {COLUMNS} FROM consent_due d JOIN consent_head h USING (consent_id) CROSS JOIN LATERAL (
        SELECT * FROM consent_version n WHERE n.consent_id = h.consent_id ORDER BY n.version DESC LIMIT 1) v
    WHERE v.status = 'requested' AND d.due_at > CAST(:now AS timestamptz)
        AND d.due_at <= CAST(:now AS timestamptz) + interval '{LAPSES_AFTER.days} days'
        AND (CAST(:uscc AS text) IS NULL OR h.uscc = :uscc)
        AND v.gathered::jsonb @> '{{"files": [{{"kind": "paper_scan"}}]}}'
    ORDER BY d.due_at, h.consent_id LIMIT :limit
""")  # noqa: S608 - our own words


async def find_on_paper(
    session: AsyncSession, jwks: Jwks, now: datetime, *, uscc: str | None, limit: int
) -> list[Consent]:  # fmt: skip
    """Return requests that wait and have a scan of a signed paper, the next to lapse first."""
    values = {"now": now, "uscc": uscc, "limit": limit}
    return [read_consent(row, jwks, now) for row in await session.execute(_ON_PAPER, values)]
