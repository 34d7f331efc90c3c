"""Grants: units on top of a holder's limits, for a time and a reason; asked for by one person, approved by another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from uuid_utils.compat import uuid7

from gateway.quota.plans import MOST_UNITS, find_holder
from gateway.quota.products import PRODUCTS
from gateway.quota.tables import QuotaGrant
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork

LAST_PRIORITY = 100
_FIND = text("""
    SELECT g.grant_id AS "grant", g.scope, g.scope_id AS id, g.product, g.units, coalesce(p.used, 0) AS burnt,
           g.holds_from, g.holds_until, g.priority, g.reason
    FROM quota_grant g LEFT JOIN quota_period p ON p.scope = 'grant' AND p.scope_id = g.grant_id::text
    WHERE (:scope = '' OR g.scope = :scope) AND (CAST(:id AS text) IS NULL OR g.scope_id = :id)
        AND (NOT :live OR g.holds_until > clock_timestamp())
    ORDER BY g.holds_until DESC, g.grant_id LIMIT CAST(:limit AS integer)
""")


@dataclass(frozen=True)
class GrantRequest:
    """Units for a holder, usable from an instant until another; of several the lowest priority is burnt first, then
    the one that ends first.
    """

    scope: str
    scope_id: str
    units: int
    holds_from: datetime
    holds_until: datetime
    reason: str
    product: str = "*"
    priority: int = 50

    def fault(self, now: datetime) -> str | None:
        """Return what is wrong with it, None where nothing is."""
        if not 1 <= self.units <= MOST_UNITS:
            return f"须在 1 到 {MOST_UNITS} 之间 between 1 and {MOST_UNITS} units"
        if self.holds_until <= max(self.holds_from, now):
            return "已经结束 it would end before it begins, or has ended"
        if not 0 <= self.priority <= LAST_PRIORITY:
            return f"优先级为 0 到 {LAST_PRIORITY} a priority of 0 to {LAST_PRIORITY}"
        if self.product != "*" and self.product not in PRODUCTS:
            return f"没有这种产品 there is no such product: *, {', '.join(PRODUCTS)}"
        return None


async def add_grant(work: UnitOfWork, wanted: GrantRequest, approved_by: str | None) -> QuotaGrant:
    """Give units, approved by another person than the one who acts. Raises DeniedError.

    While nobody charges: who does knows all grants of whom is charged, and holds their counters.
    """
    demand_reason(wanted.reason)
    institution = await find_holder(work, wanted.scope, wanted.scope_id)
    await take(work.session, Lock.QUOTA_KEYS)
    now = await database_now(work.session)
    if fault := wanted.fault(now):
        raise DeniedError("change-refused", fault)
    row = QuotaGrant(
        grant_id=uuid7(), scope=wanted.scope, scope_id=wanted.scope_id, product=wanted.product, units=wanted.units,
        holds_from=wanted.holds_from, holds_until=wanted.holds_until, priority=wanted.priority,
        reason=wanted.reason.strip(), event_id=uuid7(),
    )  # fmt: skip
    row.event_id = await work.record(
        "quota.granted",
        {"grant": str(row.grant_id), "scope": row.scope, "id": row.scope_id, "product": row.product,
         "units": row.units, "from": row.holds_from.isoformat(), "until": row.holds_until.isoformat(),
         "priority": row.priority, "reason": row.reason, "approved_by": approved_by},
        institution=institution, account=row.scope_id if row.scope == "account" else None, outcome="granted", at=now,
    )  # fmt: skip
    work.session.add(row)
    await work.session.flush()
    return row


async def find_grants(
    work: UnitOfWork, *, scope: str = "", scope_id: str | None = None, live: bool = True, limit: int | None
) -> list[dict[str, Any]]:
    """Return grants, those that end last first, with what was burnt of each; `live`: those that have not ended."""
    values = {"scope": scope, "id": scope_id, "live": live, "limit": limit}
    return [dict(row) for row in (await work.session.execute(_FIND, values)).mappings()]
