"""Plans: limits of the platform, institutions, accounts and consents, for all products or one, in calendar periods.

A change is a new row, from an instant on; past periods stay as they were counted. A limit that is the first in its
place needs a counter that knows what was charged before: it is opened while nobody charges (Lock.QUOTA_KEYS).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from connectors.model.calendar import day_of
from gateway.identity.clients.unknown import no_client, no_institution
from gateway.identity.tables import Client, Institution
from gateway.quota.products import PRODUCTS
from gateway.quota.tables import QuotaLimit
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork

MOST_UNITS = 2**40
MOST_OVERDRAFT = 100
LAST_ALERT = 100
PERIODS = ("none", "day", "week", "month", "year", "contract")
SCOPES = ("platform", "institution", "account", "consent")
ALERTS = (50, 80, 100)
_DAY_AND_MONTH = """q.product = '*' AND q.unit = 'unit' AND q.period IN ('day', 'month')
    AND q.scope IN ('account', 'institution')"""
_IN_FORCE = text(f"""
    WITH newest AS (
        SELECT DISTINCT ON (q.scope, q.scope_id, q.period) q.scope, q.scope_id, q.period, q.most, q.effective_from,
               xinqiao_quota_span(q.period, CAST(:day AS date), NULL, NULL) AS span
        FROM quota_limit q
        WHERE q.effective_from <= clock_timestamp() AND (:scope = '' OR q.scope = :scope) AND {_DAY_AND_MONTH}
            AND (cardinality(CAST(:ids AS text[])) = 0 OR q.scope_id = ANY(CAST(:ids AS text[])))
        ORDER BY q.scope, q.scope_id, q.period, q.effective_from DESC)
    SELECT n.scope, n.scope_id AS id, min(n.most) FILTER (WHERE n.period = 'day') AS per_day,
           min(n.most) FILTER (WHERE n.period = 'month') AS per_month, max(n.effective_from) AS effective_from,
           coalesce(sum(p.used) FILTER (WHERE n.period = 'day'), 0)::bigint AS used_day,
           coalesce(sum(p.used) FILTER (WHERE n.period = 'month'), 0)::bigint AS used_month
    FROM newest n LEFT JOIN quota_period p ON p.scope = n.scope AND p.scope_id = n.scope_id AND p.product = '*'
        AND p.unit = 'unit' AND p.period = n.period AND p.starts = (n.span).starts
    GROUP BY n.scope, n.scope_id HAVING count(n.most) = 2 ORDER BY n.scope, n.scope_id LIMIT CAST(:limit AS integer)
""")  # noqa: S608 - our own words
_LIMITS = text("""
    SELECT DISTINCT ON (q.scope, q.scope_id, q.product, q.unit, q.period) q.scope, q.scope_id AS id, q.product, q.unit,
           q.period, q.most AS "limit", q.overdraft_pct, q.alerts, q.effective_from
    FROM quota_limit q
    WHERE (CAST(:at AS timestamptz) IS NULL AND q.effective_from <= clock_timestamp() OR q.effective_from <= :at)
        AND (:scope = '' OR q.scope = :scope) AND (CAST(:id AS text) IS NULL OR q.scope_id = :id)
    ORDER BY q.scope, q.scope_id, q.product, q.unit, q.period, q.effective_from DESC LIMIT CAST(:limit AS integer)
""")
_KNOWN = text("""
    SELECT EXISTS (SELECT FROM quota_limit WHERE scope = :scope AND scope_id = :id AND product = :product
                   AND unit = :unit AND period = :period)
""")
# Under the exclusive lock: what was charged before a counter was there. The day before too: what was reserved then may
# be charged yet.
_OPEN = text("""
    INSERT INTO quota_period (scope, scope_id, product, unit, period, starts, used)
    SELECT DISTINCT CAST(:scope AS text), CAST(:id AS text), CAST(:product AS text), CAST(:unit AS text),
           CAST(:period AS text), s.starts,
           xinqiao_quota_posted(:scope, :id, :product, :unit, s.starts, s.ends)
    FROM (VALUES (CAST(:day AS date)), (CAST(:day AS date) - 1)) AS d (day)
    CROSS JOIN LATERAL (SELECT agreement_from, agreement_until FROM (SELECT 1) one LEFT JOIN institution i
        ON i.institution_id = CAST(:institution AS text)) a
    CROSS JOIN LATERAL xinqiao_quota_span(:period, d.day, a.agreement_from, a.agreement_until) s
    ON CONFLICT DO NOTHING
""")
_NEWEST = text("""
    SELECT most, overdraft_pct, alerts FROM quota_limit
    WHERE scope = :scope AND scope_id = :id AND product = :product AND unit = :unit AND period = :period
        AND effective_from <= clock_timestamp() ORDER BY effective_from DESC LIMIT 1
""")


@dataclass(frozen=True)
class Limit:
    """How much a holder may use in one period; `most` None takes the limit away."""

    scope: str
    scope_id: str
    period: str
    most: int | None
    product: str = "*"
    unit: str = "unit"
    overdraft_pct: int = 0
    alerts: tuple[int, ...] = ALERTS

    def fault(self) -> str | None:
        """Return what is wrong with it, None where nothing is."""
        if self.most is not None and not 0 <= self.most <= MOST_UNITS:
            return f"须在 0 到 {MOST_UNITS} 之间 between 0 and {MOST_UNITS}"
        if not 0 <= self.overdraft_pct <= MOST_OVERDRAFT:
            return f"透支须在 0% 到 {MOST_OVERDRAFT}% 之间 an overdraft of 0 to {MOST_OVERDRAFT} %"
        if self.product != "*" and self.product not in PRODUCTS:
            return f"没有这种产品 there is no such product: *, {', '.join(PRODUCTS)}"
        if any(not 1 <= one <= LAST_ALERT for one in self.alerts) or len(set(self.alerts)) != len(self.alerts):
            return f"预警为 1 到 {LAST_ALERT} 的不同百分数 alerts are different shares of 1 to {LAST_ALERT} %"
        if self.scope == "platform" and self.period == "contract":
            return "平台没有协议期 the platform has no agreement"
        return None

    def members(self) -> dict[str, Any]:
        """Return what its event says of it beside whose it is."""
        return {
            "product": self.product, "unit": self.unit, "period": self.period, "limit": self.most,
            "overdraft_pct": self.overdraft_pct, "alerts": list(self.alerts),
        }  # fmt: skip


async def find_plans(
    work: UnitOfWork, *, limit: int | None, scope: str = "", ids: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Return the plans in force with what is used today and this month, of these holders or of all; "" filters nothing,
    limit None is all.
    """
    values = {"day": day_of(await database_now(work.session)), "scope": scope, "ids": list(ids), "limit": limit}
    return [dict(row) for row in (await work.session.execute(_IN_FORCE, values)).mappings()]


async def find_limits(
    work: UnitOfWork, *, scope: str = "", scope_id: str | None = None, at: datetime | None = None, limit: int | None
) -> list[dict[str, Any]]:
    """Return the newest limit of each key that has begun, now or at an instant (that may come); those that were taken
    away have none.
    """
    values = {"scope": scope, "id": scope_id, "at": at, "limit": limit}
    return [dict(row) for row in (await work.session.execute(_LIMITS, values)).mappings()]


async def find_limit(work: UnitOfWork, wanted: Limit) -> Row[Any] | None:
    """Return most, overdraft_pct and alerts of the limit in force in the place of another, None where there is none."""
    return (await work.session.execute(_NEWEST, _place(wanted))).one_or_none()


async def set_plan(work: UnitOfWork, *, scope: str, scope_id: str, per_day: int, per_month: int) -> None:
    """Set the units a day and a month of an account or institution (`scope`) from now on.

    Raises DeniedError where the holder is unknown or the units are out of range.
    """
    if not 0 <= per_day <= per_month <= MOST_UNITS:
        detail = f"每日不得超过每月，且在 0 到 {MOST_UNITS} 之间 0 <= day <= month <= {MOST_UNITS}"
        raise DeniedError("change-refused", detail)
    institution = await find_holder(work, scope, scope_id)
    limits = [Limit(scope, scope_id, "day", per_day), Limit(scope, scope_id, "month", per_month)]
    begins = await _open(work, limits, institution)
    entry = await work.record(
        "quota.set", {"scope": scope, "id": scope_id, "per_day": per_day, "per_month": per_month},
        institution=institution, account=scope_id if scope == "account" else None, outcome="set", at=begins,
    )  # fmt: skip
    await _add(work, limits, begins, entry)


async def set_limit(work: UnitOfWork, wanted: Limit, begins: datetime | None = None) -> None:
    """Set one limit, from now on or from an instant to come. Raises DeniedError."""
    if fault := wanted.fault():
        raise DeniedError("change-refused", fault)
    institution = await find_holder(work, wanted.scope, wanted.scope_id)
    now = await _open(work, [wanted], institution)
    if begins is not None and begins < now:
        raise DeniedError("change-refused", "不能更改过去 the past is not changed: it begins now or later")
    entry = await work.record(
        "quota.limited", {"scope": wanted.scope, "id": wanted.scope_id, "from": (begins or now).isoformat(),
                          **wanted.members()},
        institution=institution, account=wanted.scope_id if wanted.scope == "account" else None, outcome="set", at=now,
    )  # fmt: skip
    await _add(work, [wanted], begins or now, entry)


async def find_holder(work: UnitOfWork, scope: str, scope_id: str) -> str | None:
    """Return the institution of a holder, None of the platform. Raises DeniedError where there is no such holder."""
    if scope == "account":
        client = await work.session.get(Client, scope_id)
        if client is None or client.institution_id is None:
            raise await no_client(work, scope_id, "account")
        return client.institution_id
    if scope == "institution":
        if await work.session.get(Institution, scope_id) is None:
            raise await no_institution(work, scope_id)
        return scope_id
    if scope == "platform" and scope_id == "":
        return None
    if scope == "consent" and is_uuid(scope_id):
        return None
    raise DeniedError("change-refused", "没有这样的对象 there is no such holder of a quota")


async def _open(work: UnitOfWork, limits: Sequence[Limit], institution: str | None) -> datetime:
    """Open the counters of limits that are the first in their place, while nobody charges; return the moment."""
    session = work.session
    known = [(await session.execute(_KNOWN, _place(one))).scalar_one() for one in limits]
    if not all(known):
        await take(session, Lock.QUOTA_KEYS)
        values = {"day": day_of(await database_now(session)), "institution": institution}
        for one in limits:
            await session.execute(_OPEN, {**_place(one), **values})
    return await database_now(session)


async def _add(work: UnitOfWork, limits: Sequence[Limit], begins: datetime, entry: UUID) -> None:
    for one in limits:
        row = QuotaLimit(
            scope=one.scope, scope_id=one.scope_id, product=one.product, unit=one.unit, period=one.period,
            effective_from=begins, most=one.most, overdraft_pct=one.overdraft_pct, alerts=list(one.alerts),
            event_id=entry,
        )  # fmt: skip
        work.session.add(row)
    await work.session.flush()


def _place(limit: Limit) -> dict[str, str]:
    return {
        "scope": limit.scope, "id": limit.scope_id, "product": limit.product, "unit": limit.unit,
        "period": limit.period,
    }  # fmt: skip


def is_uuid(said: str) -> bool:
    """Tell whether a text names a consent."""
    try:
        return str(UUID(said)) == said
    except ValueError:
        return False
