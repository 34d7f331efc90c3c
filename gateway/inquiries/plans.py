"""Plans: what an account or an institution may use. A change is a new row; past periods stay as they were counted."""

from gateway.identity.tables import Client, Institution
from gateway.inquiries.quota_tables import QuotaPlan
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

MOST_UNITS = 2**40


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
        detail = f"没有 {scope} {scope_id} there is no {scope} {scope_id}: add it first"
        raise DeniedError("change-refused", detail)
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
