"""Ledger, counters, charged inquiries and costs, compared: what is not equal, by counter (what, counted, found)."""

from collections.abc import Mapping

from sqlalchemy import text

from gateway.quota.products import FIRST_COSTS
from gateway.runtime.work import UnitOfWork

MOST_NAMED = 20

# Each charge counts for every key of its holders that takes its product, in the period its day lies in. The counter of
# a key is opened with the key, so what ended before that has none.
COUNTERS = """
    WITH daily AS (
        SELECT account, institution, consent_id::text AS consent, product, day, sum(units) AS units,
               sum(sign(units)) AS inquiries, max(entry_id::text) AS last
        FROM quota_ledger GROUP BY 1, 2, 3, 4, 5
    ), held AS (
        SELECT 'platform' AS scope, '' AS scope_id, d.*, NULL::date AS agreed_from, NULL::date AS agreed_until
        FROM daily d
        UNION ALL SELECT 'institution', institution, d.*, i.agreement_from, i.agreement_until
        FROM daily d LEFT JOIN institution i ON i.institution_id = d.institution
        UNION ALL SELECT 'account', account, d.*, i.agreement_from, i.agreement_until
        FROM daily d LEFT JOIN institution i ON i.institution_id = d.institution
        UNION ALL SELECT 'consent', consent, d.*, i.agreement_from, i.agreement_until
        FROM daily d LEFT JOIN institution i ON i.institution_id = d.institution WHERE consent IS NOT NULL
    ), posted AS (
        SELECT k.scope, k.scope_id, k.product, k.unit, k.period, s.starts,
               sum(CASE k.unit WHEN 'inquiry' THEN h.inquiries ELSE h.units END) AS units,
               max(h.last) > min(k.first) AS counted
        FROM held h JOIN (SELECT scope, scope_id, product, unit, period, min(event_id::text) AS first FROM quota_limit
                          GROUP BY 1, 2, 3, 4, 5) k
            ON k.scope = h.scope AND k.scope_id = h.scope_id AND k.product IN ('*', h.product)
        CROSS JOIN LATERAL xinqiao_quota_span(k.period, h.day, h.agreed_from, h.agreed_until) s
        GROUP BY 1, 2, 3, 4, 5, 6
    )
    SELECT concat_ws(' ', scope, scope_id, product, unit, period, starts), coalesce(p.used, 0),
           coalesce(s.units, 0)::bigint
    FROM (SELECT * FROM quota_period WHERE scope <> 'grant') p
    FULL JOIN posted s USING (scope, scope_id, product, unit, period, starts)
    WHERE coalesce(p.used, 0) <> coalesce(s.units, 0) AND (p.used IS NOT NULL OR s.counted)"""
BURNT = """
    SELECT coalesce(p.scope_id, b.grant_id), coalesce(p.used, 0), coalesce(b.units, 0)::bigint
    FROM (SELECT scope_id, used FROM quota_period WHERE scope = 'grant') p
    FULL JOIN (SELECT grant_id::text AS grant_id, sum(units) AS units FROM quota_burn GROUP BY 1) b
        ON b.grant_id = p.scope_id
    WHERE coalesce(p.used, 0) <> coalesce(b.units, 0)"""
CHARGED = """
    SELECT coalesce(i.inquiry_id, l.inquiry_id)::text, coalesce(i.units, 0), coalesce(l.units, 0)
    FROM (SELECT inquiry_id, units FROM inquiry WHERE state = 'answered') i
    FULL JOIN (SELECT inquiry_id, sum(units) AS units FROM quota_ledger WHERE units > 0 GROUP BY 1) l
        USING (inquiry_id)
    WHERE coalesce(i.units, 0) <> coalesce(l.units, 0)"""
# Each charge is taken back once at most, whole, and nothing else is.
REVERSED = """
    SELECT coalesce(l.entry_id, v.entry_id)::text, coalesce(-c.units, 0), coalesce(l.units, 0)
    FROM (SELECT entry_id, units FROM quota_ledger WHERE units < 0) l
    FULL JOIN quota_reversal v ON v.entry_id = l.entry_id
    LEFT JOIN quota_ledger c ON c.entry_id = v.charge
    WHERE coalesce(-c.units, 0) <> coalesce(l.units, 0) OR v.entry_id IS NULL OR l.entry_id IS NULL"""
# What each product cost, from when to when: the program's until one was set; of two that begin together, the last.
_FIRST = ", ".join(f"('{product}', {units})" for product, units in FIRST_COSTS.items())
_COST_SPANS = f"""
    SELECT product, units, begins, lead(begins, 1, 'infinity') OVER (PARTITION BY product ORDER BY begins, version)
           AS ends
    FROM (SELECT product, 0 AS version, units, timestamptz '-infinity' AS begins
          FROM (VALUES {_FIRST}) f (product, units)
          UNION ALL SELECT product, version, units, effective_from FROM product_cost) c"""  # noqa: S608 - our own words
# A charge is what its product cost when it was admitted; where its units may have been held for it, with a batch, what
# it cost then.
COSTED = f"""
    WITH cost AS ({_COST_SPANS}), charged AS (
        SELECT l.entry_id, l.product, l.units, i.created_at AS admitted_at, b.created_at AS held_at
        FROM quota_ledger l JOIN inquiry i USING (inquiry_id) LEFT JOIN inquiry_batch_row r USING (inquiry_id)
        LEFT JOIN inquiry_batch b ON b.batch_id = r.batch_id AND b.held_until IS NOT NULL WHERE l.units > 0
    )
    SELECT c.entry_id::text, coalesce(t.units, 0), c.units
    FROM charged c
    LEFT JOIN cost t ON t.product = c.product AND c.admitted_at >= t.begins AND c.admitted_at < t.ends
    WHERE coalesce(t.units, 0) <> c.units AND NOT EXISTS (
        SELECT FROM cost h WHERE h.product = c.product AND h.units = c.units AND c.held_at >= h.begins
            AND c.held_at < h.ends)"""  # noqa: S608 - our own words
CLOSED = """
    WITH posted AS (
        SELECT to_char(day, 'YYYY-MM') AS month, account, institution, sum(units) AS units FROM quota_ledger
        WHERE to_char(day, 'YYYY-MM') IN (SELECT month FROM quota_month WHERE closed_at IS NOT NULL) GROUP BY 1, 2, 3
    ), held AS (
        SELECT month, 'platform' AS scope, '' AS scope_id, units FROM posted
        UNION ALL SELECT month, 'institution', institution, units FROM posted
        UNION ALL SELECT month, 'account', account, units FROM posted
    )
    SELECT concat_ws(' ', month, scope, scope_id), coalesce(t.units, 0), coalesce(s.units, 0)::bigint
    FROM quota_month_total t
    FULL JOIN (SELECT month, scope, scope_id, sum(units) AS units FROM held GROUP BY 1, 2, 3) s
        USING (month, scope, scope_id)
    WHERE coalesce(t.units, 0) <> coalesce(s.units, 0)"""
RULES: Mapping[str, str] = {
    "counters": COUNTERS, "grants": BURNT, "inquiries": CHARGED, "costs": COSTED, "reversals": REVERSED,
    "months": CLOSED,
}  # fmt: skip


async def reconcile_quota(work: UnitOfWork) -> list[tuple[str, str, int, int]]:
    """Return (rule, what, counted, found) wherever ledger, counters, charged inquiries and costs differ; that it was
    looked at is recorded, with the first of them.
    """
    found = [
        (rule, str(row[0]), int(row[1]), int(row[2]))
        for rule, query in RULES.items()
        for row in await work.session.execute(text(query))
    ]
    named = [f"{rule}: {what}: {counted} <> {there}" for rule, what, counted, there in found[:MOST_NAMED]]
    outcome = "differs" if found else "equal"
    await work.record("quota.reconciled", {"differences": len(found), "first": named}, outcome=outcome)
    return found
