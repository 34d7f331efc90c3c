"""The whole instance checked against its log, and its signing stopped where anything differs.

1. Every leaf against its hash, the tiles, the root and each checkpoint; no event outside of tree and queue.
2. What events are searched by against their leaves.
3. Every payload against its commitment, and business rows against the payloads (vouched/).
4. Conservation (conservation.py): what must be equal on both sides.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from uuid_utils.compat import uuid7

from audit.stops import Stop, add_stop, find_stop, lift_stop
from connectors.model.calendar import last_passing
from gateway.evidence.conservation import find_differences
from gateway.evidence.stored_check import Checked, Progress, check_stored
from gateway.evidence.vouched.findings import Findings
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take, try_take
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork, UnitsOfWork

CHECKERS = frozenset({"auditor", "machine", "program"})
LIFTERS = frozenset({"operator", "auditor", "machine"})
MOST_IN_EVENT = 10
_DUE = text("""
    SELECT opened_at < :since AND NOT EXISTS (SELECT FROM audit_event WHERE type = 'audit.checked' AND ts >= :since)
    FROM audit_log WHERE log_id = :log
""")


@dataclass(frozen=True)
class Report:
    """What was checked, and whether signing is stopped now."""

    checked: Checked
    stopped: bool


async def check_instance(units: UnitsOfWork, actor: Actor, progress: Progress) -> Report:
    """Check everything, record that it was done, and stop the signing where anything differs.

    Raises DeniedError for whoever is neither an auditor, the worker nor at this machine.
    """
    if actor.kind not in CHECKERS:
        raise DeniedError("insufficient-scope", "只有审计员可以核查。Only auditors check the log.")
    async with units.begin("audit.fsck", actor) as work:
        checked = await check_stored(work, progress, tree=True)
        for rule, what, expected, found in await find_differences(work):
            said = "两边不等 the two sides differ"
            checked.findings.add(f"reconcile: {rule}", what, said, expected=expected, found=found)
    async with units.begin("audit.fsck-outcome", actor) as work:
        return Report(checked, stopped=await _conclude(work, checked))


async def check_nightly(units: UnitsOfWork, hour: int, now: datetime) -> None:
    """Check everything once after this hour of each day (Asia/Shanghai); one worker at a time does it."""
    since = last_passing(hour, now)
    async with units.begin("audit.fsck-due", PROGRAM) as work:
        # Held while the check runs: a second worker finds it taken, and then that it has been done.
        if await try_take(work.session, Lock.FSCK) and await _is_due(work, since):
            await check_instance(units, PROGRAM, lambda _done, _all: None)


async def reconcile(work: UnitOfWork) -> tuple[list[tuple[str, str, int, int]], Findings]:
    """Compare both sides of every commit, and business state with the log; record that it was done.

    Returns (rule, what, expected, found) wherever two sides differ, and what differs from the log. The unit is still
    unused. Raises EventError for whoever is not at this machine.
    """
    findings = (await check_stored(work, lambda _done, _all: None, tree=False)).findings
    sides = await find_differences(work)
    differences = len(sides) + findings.total
    outcome = "differs" if differences else "agrees"
    await work.record("audit.reconciled", {"differences": differences}, outcome=outcome)
    return sides, findings


async def lift(work: UnitOfWork, reason: str) -> Stop:
    """Let heads be signed again, for a reason. Raises DeniedError where nothing is stopped, or it is not theirs to,
    and for what is no reason.
    """
    if work.actor.kind not in LIFTERS:
        raise DeniedError("insufficient-scope", "由管理员或审计员解除。Operators and auditors lift a stop.")
    demand_reason(reason)
    await take(work.session, Lock.STOP)
    stop = await find_stop(work.session, work.recorder.log_id)
    if stop is None:
        raise DeniedError("not-stopped")
    await work.record("audit.stop_lifted", {"stop": str(stop.stop_id), "reason": reason}, outcome="lifted")
    await lift_stop(work.session, stop, work.now)
    return stop


async def _conclude(work: UnitOfWork, checked: Checked) -> bool:
    """Record the check, and write a stop unless one stands; return whether one does."""
    differences, log_id = checked.findings.total, work.recorder.log_id
    payload = {"entries": checked.entries + checked.waiting, "differences": differences}
    await work.record("audit.checked", payload, outcome="differs" if differences else "agrees")
    await take(work.session, Lock.STOP)
    stop = await find_stop(work.session, log_id)
    if stop is None and differences:
        stop = Stop(uuid7(), work.now, differences)
        first = [str(one) for one in checked.findings.told[:MOST_IN_EVENT]]
        told = {"stop": str(stop.stop_id), "differences": differences, "first": first}
        await add_stop(work.session, log_id, stop, await work.record("audit.stopped", told, outcome="stopped"))
    return stop is not None


async def _is_due(work: UnitOfWork, since: datetime) -> bool:
    """Tell whether nothing was checked since then; a log that was opened later has its first night before it."""
    due: bool = (await work.session.execute(_DUE, {"since": since, "log": work.recorder.log_id})).scalar_one()
    return due
