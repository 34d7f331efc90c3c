"""How many consents an institution holds, by how they stand."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from consent.store import STANDS

_COUNT = text(f"""
    SELECT v.now AS status, count(*) AS number FROM consent_head h CROSS JOIN LATERAL (
        SELECT {STANDS} AS now
        FROM consent_version n WHERE n.consent_id = h.consent_id ORDER BY n.version DESC LIMIT 1) v
    WHERE h.institution = :institution GROUP BY v.now ORDER BY v.now
""")  # noqa: S608 - our own words


async def count_consents(session: AsyncSession, institution: str, now: datetime) -> dict[str, int]:
    """Return the number of consents by status; a request that nobody answered in time has lapsed."""
    values = {"institution": institution, "now": now}
    return {row.status: row.number for row in await session.execute(_COUNT, values)}
