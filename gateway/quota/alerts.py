"""Shares of limits that were reached: the charge that reached one wrote it down; here it is told, once.

Telling is an event: institutions that listen by webhook are sent it as any other of theirs.
"""

from sqlalchemy import text

from gateway.runtime.work import UnitOfWork

MOST_AT_ONCE = 100
_UNTOLD = text("""
    SELECT a.*, CASE a.scope WHEN 'institution' THEN a.scope_id
                             WHEN 'account' THEN (SELECT institution_id FROM client c WHERE c.client_id = a.scope_id)
                END AS institution
    FROM quota_alert a WHERE a.told_at IS NULL ORDER BY a.reached_at LIMIT :most FOR UPDATE OF a SKIP LOCKED
""")
_TOLD = text("""
    UPDATE quota_alert SET told_at = now(), event_id = :event
    WHERE scope = :scope AND scope_id = :scope_id AND product = :product AND unit = :unit AND period = :period
        AND starts = :starts AND threshold = :threshold
""")


async def tell_reached(work: UnitOfWork) -> bool:
    """Tell of what was reached and not told of yet; tell whether there may be more."""
    rows = (await work.session.execute(_UNTOLD, {"most": MOST_AT_ONCE})).mappings().all()
    for row in rows:
        place = {name: row[name] for name in ("scope", "scope_id", "product", "unit", "period", "starts", "threshold")}
        payload = {
            "scope": row["scope"], "id": row["scope_id"], "product": row["product"], "unit": row["unit"],
            "period": row["period"], "starts": row["starts"].isoformat(), "threshold": row["threshold"],
            "used": row["used"], "limit": row["most"],
        }  # fmt: skip
        entry = await work.record(
            "quota.reached", payload, institution=row["institution"],
            account=row["scope_id"] if row["scope"] == "account" else None, outcome="reached",
        )  # fmt: skip
        await work.session.execute(_TOLD, {**place, "event": entry})
    return len(rows) == MOST_AT_ONCE
