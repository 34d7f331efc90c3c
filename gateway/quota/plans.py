"""Plans: what an account or an institution may use. A change is a new row; past periods stay as they were counted."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from connectors.model.calendar import day_of
from gateway.identity.clients.unknown import no_client, no_institution
from gateway.identity.tables import Client, Institution
from gateway.quota.tables import QuotaPlan
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

MOST_UNITS = 2**40
_IN_FORCE = text("""
    SELECT DISTINCT ON (q.scope, q.scope_id) q.scope, q.scope_id AS id, q.per_day, q.per_month, q.effective_from,
           coalesce(d.used, 0) AS used_day, coalesce(m.used, 0) AS used_month
    FROM quota_plan q
    LEFT JOIN quota_period d ON d.scope = q.scope AND d.scope_id = q.scope_id AND d.period = 'day'
        AND d.starts = CAST(:day AS date)
    LEFT JOIN quota_period m ON m.scope = q.scope AND m.scope_id = q.scope_id AND m.period = 'month'
        AND m.starts = date_trunc('month', CAST(:day AS date))::date
    WHERE q.effective_from <= clock_timestamp() AND (:scope = '' OR q.scope = :scope)
        AND (cardinality(CAST(:ids AS text[])) = 0 OR q.scope_id = ANY(CAST(:ids AS text[])))
    ORDER BY q.scope, q.scope_id, q.effective_from DESC LIMIT CAST(:limit AS integer)
""")


async def find_plans(
    work: UnitOfWork, *, limit: int | None, scope: str = "", ids: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Return the plans in force with what is used today and this month, of these holders or of all; "" filters nothing,
    limit None is all.
    """
    values = {"day": day_of(await database_now(work.session)), "scope": scope, "ids": list(ids), "limit": limit}
    return [dict(row) for row in (await work.session.execute(_IN_FORCE, values)).mappings()]


async def set_plan(work: UnitOfWork, *, scope: str, scope_id: str, per_day: int, per_month: int) -> None:
    """Set the units a day and a month of an account or institution (`scope`) from now on.

    Raises DeniedError where the holder is unknown or the units are out of range.
    """
    session = work.session
    if not 0 <= per_day <= per_month <= MOST_UNITS:
        detail = f"每日不得超过每月，且在 0 到 {MOST_UNITS} 之间 0 <= day <= month <= {MOST_UNITS}"
        raise DeniedError("change-refused", detail)
    if scope == "account":
        client = await session.get(Client, scope_id)
        institution = client.institution_id if client else None
    else:
        institution = scope_id if await session.get(Institution, scope_id) else None
    if institution is None:
        raise await (no_client(work, scope_id, "account") if scope == "account" else no_institution(work, scope_id))
    begins = await database_now(session)
    entry = await work.record(
        "quota.set", {"scope": scope, "id": scope_id, "per_day": per_day, "per_month": per_month},
        institution=institution, account=scope_id if scope == "account" else None, outcome="set", at=begins,
    )  # fmt: skip
    row = QuotaPlan(
        scope=scope, scope_id=scope_id, effective_from=begins, per_day=per_day,
        per_month=per_month, event_id=entry,
    )  # fmt: skip
    session.add(row)
    await session.flush()
