"""Plans: what an account or an institution may use. A change is a new row; past periods stay as they were counted."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from audit.recorder import Recorder
from gateway.identity.tables import Client, Institution
from gateway.inquiries.quota_tables import QuotaPlan
from gateway.runtime.errors import GatewayError

MOST_UNITS = 2**40


class PlanError(GatewayError):
    """The plan cannot be set as asked."""


async def set_plan(
    session: AsyncSession,
    recorder: Recorder,
    *,
    actor: str,
    scope: str,
    scope_id: str,
    per_day: int,
    per_month: int,
    now: datetime,
) -> None:
    """Set a plan from now on. Raises PlanError where the holder is unknown or the units are out of range."""
    if not 0 <= per_day <= per_month <= MOST_UNITS:
        raise PlanError(f"每日不得超过每月，且在 0 到 {MOST_UNITS} 之间 0 <= day <= month <= {MOST_UNITS}")
    if scope == "account":
        client = await session.get(Client, scope_id)
        institution = client.institution_id if client else None
    else:
        institution = scope_id if await session.get(Institution, scope_id) else None
    if institution is None:
        raise PlanError(f"没有 {scope} {scope_id} there is no {scope} {scope_id}: add it first")
    payload = {"scope": scope, "id": scope_id, "per_day": per_day, "per_month": per_month}
    event = Event(
        "quota.set", actor, institution=institution, account=scope_id if scope == "account" else None, payload=payload
    )
    row = QuotaPlan(
        scope=scope, scope_id=scope_id, effective_from=now, per_day=per_day, per_month=per_month,
        event_id=await recorder.record(session, event, now),
    )  # fmt: skip
    session.add(row)
    await session.flush()
