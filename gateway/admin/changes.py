"""Making a change: at once, or, where it is risky, when another person has approved it.

Asking and deciding are events of their own; the change itself is one more, in the transaction that makes it.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from pydantic import TypeAdapter
from uuid_utils.compat import uuid7

from connectors.personal.sealing import Protector
from gateway.admin.action import Action
from gateway.admin.actions import AnyAction
from gateway.admin.tables import Change
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

WAITS_DAYS = 7
_READ: TypeAdapter[Action] = TypeAdapter(AnyAction)


async def ask_change(work: UnitOfWork, protector: Protector, action: Action) -> Change:
    """Make a change, or let it wait for another operator; return it. Raises DeniedError where it cannot be made.

    What is done at this machine needs no second person: whoever can run commands here could also change the database.
    The door lets its AccessCache expire after the commit.
    """
    _check_may(work)
    waits = action.risky and work.actor.kind != "machine"
    change = Change(
        change_id=uuid7(), action=action.model_dump(mode="json", by_alias=True), asked_by=work.actor.name,
        asked_at=work.now, status="waiting" if waits else "done", event_id=uuid7(),
    )  # fmt: skip
    if not waits:
        change.decided_by, change.decided_at = work.actor.name, work.now
        await _apply(work, protector, action)
    return await _record(work, change, "asked" if waits else "made")


async def decide_change(work: UnitOfWork, protector: Protector, change_id: UUID, *, approve: bool) -> Change:
    """Approve or reject a change that waits, and return it; nobody approves what they asked for. Raises DeniedError.

    The door lets its AccessCache expire after the commit.
    """
    _check_may(work)
    change = await work.session.get(Change, change_id, with_for_update=True)
    if change is None:
        raise DeniedError("change-not-found", "没有此项变更 There is no such change.")
    if change.status != "waiting":
        raise DeniedError("change-decided", f"该变更已处理 This change is {change.status} already.")
    if approve and change.asked_by == work.actor.name:
        raise DeniedError("own-change", "须由另一人批准 Another person has to approve this.")
    if approve and change.asked_at < work.now - timedelta(days=WAITS_DAYS):
        raise DeniedError("change-too-old", f"请重新提交 It waited more than {WAITS_DAYS} days: ask again.")
    change.status = "done" if approve else "rejected"
    change.decided_by, change.decided_at = work.actor.name, work.now
    if approve:
        # In the log the change is the asker's; who approved it stands in the event of the decision.
        asker = replace(work.actor, client_id=change.asked_by, person=None)
        await _apply(replace(work, actor=asker), protector, _READ.validate_python(change.action))
    return await _record(work, change, "approved" if approve else "rejected")


async def _apply(work: UnitOfWork, protector: Protector, action: Action) -> None:
    """Make a change; whatever keeps it from being made is one refusal to who decides, and its words say what it is."""
    try:
        await action.apply(work, protector)
    except DeniedError as fault:
        raise DeniedError("change-refused", fault.denial.detail) from fault


def _check_may(work: UnitOfWork) -> None:
    if work.actor.kind not in {"operator", "machine"}:
        raise DeniedError("insufficient-scope", "变更由管理员提交和审批 Operators ask for changes and decide on them.")


async def _record(work: UnitOfWork, change: Change, verb: str) -> Change:
    payload = {"change": str(change.change_id), "action": change.action}
    change.event_id = await work.record(f"change.{verb}", payload, outcome=change.status)
    work.session.add(change)
    await work.session.flush()
    return change
