"""Making a change: at once, or, where the graph says so, when another person has approved it.

Asking and deciding are events of their own; the change itself is one more, in the transaction that makes it.
Who asks and who approves are compared as people: a person's clients and their log-in are one.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from uuid_utils.compat import uuid7

from gateway.admin.action import Action, Means
from gateway.admin.actions import AnyAction
from gateway.admin.graph import approver_of, needs_two
from gateway.admin.tables import Change
from gateway.identity.clients.owners import person_behind
from gateway.runtime.denial import DeniedError
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork
from gateway.web.error_table import ERRORS

WAITS_DAYS = 7
_READ: TypeAdapter[Action] = TypeAdapter(AnyAction)


async def ask_change(work: UnitOfWork, means: Means, action: Action) -> Change:
    """Make a change, or let it wait for another person; return it. Raises DeniedError where it cannot be made.

    What is done at this machine needs no second person: whoever can run commands here could also change the database.
    The door lets its AccessCache expire after the commit.
    """
    if work.actor.kind not in {"operator", "machine"}:
        raise DeniedError("insufficient-scope", "变更由安全管理员提交 Security administrators ask for changes.")
    act = await action.act(work, means)
    waits = needs_two(act) and work.actor.kind != "machine"
    change = Change(
        change_id=uuid7(), action=action.model_dump(mode="json", by_alias=True), act=act, asked_by=work.actor.name,
        asked_person=await _person(work) if waits else None, asked_at=work.now,
        status="waiting" if waits else "done", event_id=uuid7(), before=await action.before(work),
    )  # fmt: skip
    if not waits:
        change.decided_by, change.decided_at = work.actor.name, work.now
        await _apply(work, replace(means, change=change.change_id), action)
    return await _record(work, change, "asked" if waits else "made")


async def decide_change(work: UnitOfWork, means: Means, change_id: UUID, *, approve: bool, reason: str = "") -> Change:
    """Approve or reject a change that waits, and return it; nobody approves what they asked for. Raises DeniedError.

    `reason` is why, where somebody says so. What the change replaces is noted as it stands when it is made.

    The door lets its AccessCache expire after the commit.
    """
    change = await work.session.get(Change, change_id, with_for_update=True)
    if change is None:
        raise DeniedError("change-not-found", "没有此项变更 There is no such change.")
    _check_decider(work, change, approve=approve)
    if change.status != "waiting":
        raise DeniedError("change-decided", f"该变更已处理 This change is {change.status} already.")
    if reason:
        demand_reason(reason)
    if approve:
        await _check_approval(work, change)
    change.status = "done" if approve else "rejected"
    change.decided_by, change.decided_at, change.reason = work.actor.name, work.now, reason.strip() or None
    change.decided_person = await person_behind(work)
    if approve:
        action = _read(change)
        change.before = await action.before(work)
        # In the log the change is the asker's; who approved it stands in the event of the decision.
        asker = replace(work.actor, client_id=change.asked_by, kind="operator", person=None)
        made = replace(means, change=change_id, approved_by=work.actor.name)
        await _apply(replace(work, actor=asker), made, action)
    return await _record(work, change, "approved" if approve else "rejected")


def may_approve(kind: str, act: str | None) -> bool:
    """Tell whether somebody of this kind is one of those who approve an act."""
    return act is not None and kind == approver_of(act)


def _check_decider(work: UnitOfWork, change: Change, *, approve: bool) -> None:
    """Pass where the actor is of a kind that decides on this change. Raises DeniedError."""
    kind = work.actor.kind
    if change.act is not None and approver_of(change.act) == "auditor":
        if kind == "auditor" or (kind == "operator" and not approve):
            return
        raise DeniedError(
            "insufficient-scope",
            "停用或限制审计员、结束审计案件，须由审计管理员批准 "
            "An auditor is only stopped or limited, and a case of theirs ended, with an auditor's consent.",
        )
    if kind != "operator":
        raise DeniedError("insufficient-scope", "此变更由安全管理员审批 A security administrator decides on this.")


async def _check_approval(work: UnitOfWork, change: Change) -> None:
    """Pass where another person than the one who asked approves, in time. Raises DeniedError."""
    if change.asked_person is None:
        raise DeniedError("change-too-old", "提交人不明，请重新提交 Who asked is not known as a person: ask again.")
    person = await _person(work)
    if person == change.asked_person:
        raise DeniedError("own-change", "须由另一人批准 Another person has to approve this.")
    if change.action["action"].startswith("person.") and person == change.action["person"]:
        raise DeniedError("own-change", "不能批准关于自己的变更 Nobody approves what is about themselves.")
    if change.asked_at < work.now - timedelta(days=WAITS_DAYS):
        raise DeniedError("change-too-old", f"请重新提交 It waited more than {WAITS_DAYS} days: ask again.")


def _read(change: Change) -> Action:
    """Return what was asked for. Raises DeniedError where an earlier release took it down, and it says too little."""
    try:
        return _READ.validate_python(change.action)
    except ValidationError as fault:
        raise DeniedError("change-too-old", "内容不全，请重新提交 It says too little by now: ask again.") from fault


async def _person(work: UnitOfWork) -> str:
    """Return the person who acts. Raises DeniedError for a client that belongs to nobody."""
    person = await person_behind(work)
    if person is None:
        raise DeniedError("person-unknown")
    return person


async def _apply(work: UnitOfWork, means: Means, action: Action) -> None:
    """Make a change; whatever keeps it from being made is one refusal to who decides, and its words say what it is."""
    try:
        await action.apply(work, means)
    except DeniedError as fault:
        denial = fault.denial
        raise DeniedError("change-refused", denial.detail or ERRORS[denial.reason].title) from fault


async def _record(work: UnitOfWork, change: Change, verb: str) -> Change:
    payload = {
        "change": str(change.change_id),
        "action": change.action,
        "act": change.act,
        "person": change.asked_person,
        "before": change.before,
        "reason": change.reason,
        "decided": change.decided_person,
    }
    change.event_id = await work.record(f"change.{verb}", payload, outcome=change.status)
    work.session.add(change)
    await work.session.flush()
    return change
