"""Whether the counters, the ledger and the charged answers agree: they always must."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_DIFFERENCES = text("""
    WITH posted AS (
        SELECT 'account' AS scope, account AS scope_id, 'day' AS period, day AS starts, units FROM quota_ledger
        UNION ALL SELECT 'account', account, 'month', date_trunc('month', day)::date, units FROM quota_ledger
        UNION ALL SELECT 'institution', institution, 'day', day, units FROM quota_ledger
        UNION ALL SELECT 'institution', institution, 'month', date_trunc('month', day)::date, units FROM quota_ledger
    ), summed AS (SELECT scope, scope_id, period, starts, sum(units) AS units FROM posted GROUP BY 1, 2, 3, 4)
    SELECT coalesce(p.scope, s.scope) || ' ' || coalesce(p.scope_id, s.scope_id) || ' ' ||
           coalesce(p.period, s.period) || ' ' || coalesce(p.starts, s.starts) AS counter,
           coalesce(p.used, 0) AS used, coalesce(s.units, 0)::bigint AS posted
    FROM quota_period p FULL JOIN summed s USING (scope, scope_id, period, starts)
    WHERE coalesce(p.used, 0) <> coalesce(s.units, 0)
""")
_ANSWERS = text("""
    SELECT coalesce(i.inquiry_id, l.inquiry_id)::text AS counter, coalesce(l.units, 0) AS used,
           coalesce(i.units, 0) AS posted
    FROM (SELECT inquiry_id, units FROM inquiry WHERE state = 'answered') i
    FULL JOIN quota_ledger l USING (inquiry_id)
    WHERE coalesce(i.units, 0) <> coalesce(l.units, 0)
""")


async def find_differences(session: AsyncSession) -> list[tuple[str, int, int]]:
    """Return (what, counted, posted) wherever they differ: counters against the ledger, the ledger against answers."""
    found = [*(await session.execute(_DIFFERENCES)).all(), *(await session.execute(_ANSWERS)).all()]
    return [(row.counter, row.used, row.posted) for row in found]
