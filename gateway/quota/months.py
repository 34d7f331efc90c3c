"""The ledger closed by the month: the totals of a month that has ended, signed, once, for good.

1. A month that has ended is ended for the ledger too: while nobody charges (Lock.QUOTA_KEYS) and nothing is reserved on
   one of its days any more. From then on whoever charges does so on a later day.
2. In another transaction, which keeps nobody waiting: its entries are added up for the platform, each institution and
   each account, signed and written down. What is taken back afterwards lands on a later day (reversals.py).
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert

from audit.search import first_id
from connectors.model.calendar import day_of, day_starts
from gateway.quota.tables import QuotaMonth, QuotaMonthTotal
from gateway.runtime.clock import database_now
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork
from signing.canonical import sha256_hex
from signing.jws import sign_jws

TOTAL_TYPE = "xinqiao-quota-month+jws"
CLOCKS = timedelta(days=1)  # more than the clocks of hosts are apart: an entry's id is of about when it was made
_LAST = text("SELECT max(month) FROM quota_month WHERE closed_at IS NOT NULL")
_FIRST = text("SELECT min(day) FROM quota_ledger")
_HOLD = text("""
    SELECT ended_at FROM quota_month WHERE month = :month AND closed_at IS NULL FOR UPDATE SKIP LOCKED
""")
_RESERVED = text("SELECT EXISTS (SELECT FROM quota_reservation WHERE state = 'open' AND day < :until)")
_ENDED = text("UPDATE quota_month SET ended_at = :now WHERE month = :month")
_CLOSED = text("UPDATE quota_month SET closed_at = :now WHERE month = :month")
_POSTED = text("""
    SELECT institution, account, product, count(*) FILTER (WHERE units > 0) AS charges,
           count(*) FILTER (WHERE units < 0) AS reversals, sum(units)::bigint AS units
    FROM quota_ledger WHERE day >= :since AND day < :until AND entry_id >= :low AND entry_id < :high
    GROUP BY institution, account, product
""")
_TOTALS = text("""
    SELECT month, scope, scope_id AS id, charges, reversals, units, products, signature, closed_at, event_id AS entry
    FROM quota_month_total
    WHERE (:scope = '' OR scope = :scope) AND (CAST(:ids AS text[]) IS NULL OR scope_id = ANY(CAST(:ids AS text[])))
    ORDER BY month DESC, scope, scope_id LIMIT CAST(:limit AS integer)
""")


@dataclass
class Total:
    """What a holder was charged in a month: how often, how often taken back, and the units, by product too."""

    charges: int = 0
    reversals: int = 0
    units: int = 0
    products: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row[Any]) -> None:
        """Add the sums of an account and product."""
        self.charges += row.charges
        self.reversals += row.reversals
        self.units += row.units
        self.products[row.product] += row.units


async def close_month(work: UnitOfWork) -> bool:
    """Bring the next month that has ended one step further; tell whether there may be more to do now.

    The first is the one of the first charge. While another worker is at it, nothing is done; while anything is reserved
    on its days, it waits.
    """
    now = await database_now(work.session)
    last: str | None = (await work.session.execute(_LAST)).scalar_one_or_none()
    if last is not None:
        begins = _after(date.fromisoformat(f"{last}-01"))
    elif (first := (await work.session.execute(_FIRST)).scalar_one_or_none()) is not None:
        begins = first.replace(day=1)
    else:
        return False
    until = _after(begins)
    if day_of(now) < until:
        return False
    named = {"month": f"{begins:%Y-%m}"}
    await work.session.execute(insert(QuotaMonth).values(**named).on_conflict_do_nothing())
    held = (await work.session.execute(_HOLD, named)).one_or_none()
    if held is None:
        return False
    if held.ended_at is not None:
        await _close(work, begins, until, held.ended_at)
        await work.session.execute(_CLOSED, {**named, "now": now})
        return True
    await take(work.session, Lock.QUOTA_KEYS)
    if (await work.session.execute(_RESERVED, {"until": until})).scalar_one():
        return False
    await work.session.execute(_ENDED, {**named, "now": await database_now(work.session)})
    return True


async def _close(work: UnitOfWork, begins: date, until: date, ended_at: datetime) -> None:
    """Write down what the month's entries add up to."""
    window = {
        "since": begins, "until": until, "low": first_id(day_starts(begins) - CLOCKS),
        "high": first_id(ended_at + CLOCKS),
    }  # fmt: skip
    totals = defaultdict[tuple[str, str], Total](Total)
    totals["platform", ""] = Total()  # where nobody was charged, that is its total
    posted = (await work.session.execute(_POSTED, window)).all()
    for row in posted:
        for holder in (("platform", ""), ("institution", row.institution), ("account", row.account)):
            totals[holder].add(row)
    owners = {row.account: row.institution for row in posted}
    at = await database_now(work.session)
    for (scope, scope_id), total in sorted(totals.items()):
        claims = {
            "v": 1, "iss": work.issuer, "month": f"{begins:%Y-%m}", "scope": scope, "id": scope_id,
            "charges": total.charges, "reversals": total.reversals, "units": total.units,
            "products": dict(total.products), "at": at.isoformat(),
        }  # fmt: skip
        signature = sign_jws(claims, work.keys.signing("answer"), TOTAL_TYPE)
        payload = {name: value for name, value in claims.items() if name not in {"v", "iss", "at"}}
        entry = await work.record(
            "quota.closed", {**payload, "signature": sha256_hex(signature.encode())},
            institution=scope_id if scope == "institution" else owners.get(scope_id),
            account=scope_id if scope == "account" else None, outcome="closed", at=at,
        )  # fmt: skip
        work.session.add(
            QuotaMonthTotal(
                month=f"{begins:%Y-%m}", scope=scope, scope_id=scope_id, charges=total.charges,
                reversals=total.reversals, units=total.units, products=dict(total.products), signature=signature,
                closed_at=at, event_id=entry,
            )
        )  # fmt: skip
    await work.session.flush()


async def find_totals(
    work: UnitOfWork, *, scope: str = "", ids: Sequence[str] | None = None, limit: int | None
) -> list[dict[str, Any]]:
    """Return the totals of closed months, newest first: of these holders, or of all in a scope, or of all."""
    values = {"scope": scope, "ids": None if ids is None else list(ids), "limit": limit}
    return [dict(row) for row in (await work.session.execute(_TOTALS, values)).mappings()]


def _after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
