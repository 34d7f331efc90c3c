"""What an institution and its accounts have used of their quotas: by day, by product, and how long it will last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text

from connectors.model.calendar import day_of
from gateway.quota.forecast import PACE_DAYS, Forecast, forecast
from gateway.quota.plans import find_plans
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork

_ACCOUNTS = text("""
    SELECT client_id, for_people FROM client WHERE institution_id = :institution AND kind = 'account'
    ORDER BY NOT for_people, client_id
""")
_BY_DAY = text("""
    SELECT scope, scope_id, starts, used FROM quota_period
    WHERE period = 'day' AND product = '*' AND unit = 'unit' AND starts BETWEEN :since AND :today
        AND (scope, scope_id) IN (SELECT 'institution', CAST(:institution AS text)
                                  UNION ALL SELECT 'account', unnest(CAST(:accounts AS text[])))
""")
_BY_PRODUCT = text("""
    SELECT account, product, sum(units)::bigint AS units FROM quota_ledger
    WHERE account = ANY(CAST(:accounts AS text[])) AND institution = :institution AND day BETWEEN :since AND :today
    GROUP BY account, product
""")


@dataclass(frozen=True)
class Holder:
    """An institution or one of its accounts: its limits (None: no plan), units used today and this month, on each day
    and for each product, and the forecast of the month.
    """

    scope: str
    id: str
    for_people: bool
    per_day: int | None
    per_month: int | None
    used_day: int
    used_month: int
    by_day: Mapping[date, int]
    by_product: Mapping[str, int]
    forecast: Forecast


@dataclass(frozen=True)
class QuotaUse:
    """The acting institution and its accounts, those open to people first; the day it is, and the month's first."""

    holders: Sequence[Holder]
    today: date

    @property
    def institution(self) -> Holder:
        """The institution itself."""
        return self.holders[0]

    @property
    def days(self) -> list[date]:
        """The days of this month up to today."""
        return [self.today.replace(day=number) for number in range(1, self.today.day + 1)]


async def read_quota_use(work: UnitOfWork) -> QuotaUse:
    """Return the use of the acting institution and of each of its accounts."""
    today, institution = day_of(await database_now(work.session)), work.actor.institution_id or ""
    accounts = (await work.session.execute(_ACCOUNTS, {"institution": institution})).all()
    values = {"institution": institution, "accounts": [row.client_id for row in accounts], "today": today}
    first = today.replace(day=1)
    since = min(first, today - timedelta(days=PACE_DAYS))
    by_day: dict[tuple[str, str], dict[date, int]] = {}
    for row in await work.session.execute(_BY_DAY, {**values, "since": since}):
        by_day.setdefault((row.scope, row.scope_id), {})[row.starts] = row.used
    by_product: dict[tuple[str, str], dict[str, int]] = {}
    for row in await work.session.execute(_BY_PRODUCT, {**values, "since": first}):
        by_product.setdefault(("account", row.account), {})[row.product] = row.units
        whole = by_product.setdefault(("institution", institution), {})
        whole[row.product] = whole.get(row.product, 0) + row.units
    found = await find_plans(work, limit=None, ids=[institution, *(row.client_id for row in accounts)])
    plans = {(plan["scope"], plan["id"]): plan for plan in found}

    def holder(scope: str, identifier: str, *, for_people: bool = False) -> Holder:
        key, most = (scope, identifier), plans.get((scope, identifier), {})
        used = by_day.get(key, {})
        return Holder(
            scope, identifier, for_people, most.get("per_day"), most.get("per_month"), used.get(today, 0),
            sum(units for day, units in used.items() if day >= first), used, by_product.get(key, {}),
            forecast(used, today, most.get("per_month")),
        )  # fmt: skip

    own = [holder("account", row.client_id, for_people=row.for_people) for row in accounts]
    return QuotaUse([holder("institution", institution), *own], today)
