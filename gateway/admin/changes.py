"""Making a change: at once, or, where it is risky, when another person has approved it.

Asking and deciding are events of their own; the change itself is one more, in the transaction that makes it.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from audit.events import Event
from gateway.admin.action import Action
from gateway.admin.actions import AnyAction
from gateway.admin.tables import Change
from gateway.gateway import Gateway
from gateway.runtime.errors import GatewayError

WAITS_DAYS = 7
_READ: TypeAdapter[Action] = TypeAdapter(AnyAction)


class ChangeError(GatewayError):
    """The change cannot be decided; `slug` says why."""

    def __init__(self, slug: str, reason: str) -> None:
        super().__init__(reason)
        self.slug = slug


async def ask_change(gateway: Gateway, action: Action, *, actor: str, alone: bool = False) -> Change:
    """Make a change, or let it wait for another person; return it. Raises GatewayError where it cannot be made.

    `alone` is for the command line: who holds the machine needs nobody's leave, and the log names `operator-cli`.
    """
    now, waits = datetime.now(UTC), action.risky and not alone
    async with gateway.database.begin("change.ask") as session:
        change = Change(
            change_id=uuid7(), action=action.model_dump(mode="json", by_alias=True), asked_by=actor, asked_at=now,
            status="waiting" if waits else "done", event_id=uuid7(),
        )  # fmt: skip
        if not waits:
            change.decided_by, change.decided_at = actor, now
            await action.apply(gateway, session, actor, now)
        await _record(gateway, session, change, "asked" if waits else "made", actor, now)
    gateway.access.expire()
    return change


async def decide_change(gateway: Gateway, change_id: UUID, *, approve: bool, actor: str) -> Change:
    """Approve or reject a change that waits; nobody approves what they asked for. Raises ChangeError, GatewayError."""
    now = datetime.now(UTC)
    async with gateway.database.begin("change.decide") as session:
        change = await session.get(Change, change_id, with_for_update=True)
        if change is None:
            raise ChangeError("change-not-found", "There is no such change 没有此项变更。")
        if change.status != "waiting":
            raise ChangeError("change-decided", f"This change is {change.status} already 该变更已处理。")
        if approve and change.asked_by == actor:
            raise ChangeError("own-change", "Another person has to approve this 须由另一人批准。")
        if approve and change.asked_at < now - timedelta(days=WAITS_DAYS):
            raise ChangeError("change-too-old", f"It waited more than {WAITS_DAYS} days: ask again 请重新提交。")
        change.status = "done" if approve else "rejected"
        change.decided_by, change.decided_at = actor, now
        if approve:
            # In the log the change is the asker's; who approved it stands in the event of the decision.
            await _READ.validate_python(change.action).apply(gateway, session, change.asked_by, now)
        await _record(gateway, session, change, "approved" if approve else "rejected", actor, now)
    gateway.access.expire()
    return change


async def _record(
    gateway: Gateway, session: AsyncSession, change: Change, verb: str, actor: str, now: datetime
) -> None:
    payload = {"change": str(change.change_id), "action": change.action}
    event = await gateway.audit.record(
        session, Event(f"change.{verb}", actor, outcome=change.status, payload=payload), now
    )
    change.event_id = event
    session.add(change)
    await session.flush()
