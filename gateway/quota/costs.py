"""What a question of each product costs, in whole units: versions, each from an instant on. None is ever changed.

In force is the version that began last; of two that begin together, the later one. As long as none has begun, a product
costs what the program has it cost (products.py). A version is set while nobody charges (Lock.QUOTA_KEYS): who charged
before did so by what was in force then, and who charges afterwards reads it with what is left (ledger.py).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.quota.products import FIRST_COSTS, PRODUCTS
from gateway.quota.tables import ProductCost
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork

MOST_COST = 10_000
# At the moment `at`; at the present one where none is named.
COSTS = """
    SELECT DISTINCT ON (product) product, units FROM product_cost
    WHERE effective_from <= coalesce(CAST(:at AS timestamptz), clock_timestamp())
    ORDER BY product, effective_from DESC, version DESC"""
_COSTS = text(COSTS)


async def find_costs(session: AsyncSession, at: datetime | None = None) -> Mapping[str, int]:
    """Return what each product costs now, or at a moment."""
    rows = await session.execute(_COSTS, {"at": at})
    return {**FIRST_COSTS, **{row.product: row.units for row in rows}}


async def list_costs(work: UnitOfWork) -> list[dict[str, Any]]:
    """Return every version of what products cost, by product, the one that begins last first; version 0 is the
    program's. `state` tells which is in force, is to come, or was; `until` when the next one begins.
    """
    query = select(ProductCost).order_by(col(ProductCost.effective_from), col(ProductCost.version))
    rows, now = (await work.session.execute(query)).scalars().all(), await database_now(work.session)
    return [one for product in PRODUCTS for one in _told(product, [r for r in rows if r.product == product], now)]


async def set_cost(
    work: UnitOfWork, product: str, units: int, reason: str, begins: datetime | None = None,
    approved_by: str | None = None,
) -> int:  # fmt: skip
    """Let a product cost so many units from now on, or from an instant to come, approved by another person than the one
    who acts; return the version. Raises DeniedError.
    """
    if product not in PRODUCTS:
        raise DeniedError("change-refused", f"product: 没有这种产品 there is no such product: {', '.join(PRODUCTS)}")
    if not 1 <= units <= MOST_COST:
        raise DeniedError("change-refused", f"units: 须为 1 到 {MOST_COST} a whole number of 1 to {MOST_COST}")
    demand_reason(reason)
    await take(work.session, Lock.QUOTA_KEYS)
    now = await database_now(work.session)
    demand_to_come(begins, now)
    effective_from = begins or now
    version = max((one["version"] for one in await list_costs(work) if one["product"] == product), default=0) + 1
    entry = await work.record(
        "quota.cost_set",
        {"product": product, "version": version, "units": units, "from": effective_from.isoformat(),
         "reason": reason.strip(), "approved_by": approved_by},
        outcome="set", at=now,
    )  # fmt: skip
    work.session.add(
        ProductCost(
            product=product, version=version, units=units, effective_from=effective_from, reason=reason.strip(),
            event_id=entry,
        )
    )  # fmt: skip
    await work.session.flush()
    return version


def demand_to_come(begins: datetime | None, now: datetime) -> None:
    """Pass where a change begins now or later. Raises DeniedError."""
    if begins is not None and begins < now:
        raise DeniedError("change-refused", "begins: 不能更改过去 the past is not changed: it begins now or later")


def _told(product: str, rows: Sequence[ProductCost], now: datetime) -> list[dict[str, Any]]:
    """Return the versions of one product; of those that begin together the last one alone is ever in force."""
    standing = [list(together)[-1] for _, together in groupby(rows, key=lambda row: row.effective_from)]
    numbers = [0, *(row.version for row in standing)]
    ends = {number: row.effective_from.isoformat() for number, row in zip(numbers, standing, strict=False)}
    in_force = max((row for row in standing if row.effective_from <= now), key=_begins, default=None)
    told: list[dict[str, Any]] = [{
        "product": product, "version": 0, "units": FIRST_COSTS[product], "effective_from": None, "reason": None,
        "entry": None, "state": "was" if in_force else "in-force",
    }]  # fmt: skip
    for row in rows:
        state = "to-come" if row.effective_from > now else "in-force" if row is in_force else "was"
        told.append({
            "product": product, "version": row.version, "units": row.units, "reason": row.reason,
            "effective_from": row.effective_from.isoformat(), "entry": str(row.event_id),
            "state": state if row in standing else "replaced",
        })  # fmt: skip
    return [{**one, "until": ends.get(one["version"])} for one in reversed(told)]


def _begins(row: ProductCost) -> datetime:
    return row.effective_from
