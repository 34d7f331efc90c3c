"""Another person decides on a proposed check. A plain one is made at once; of a private one our set is fixed.

1. Whoever proposed it cannot decide. Approved, the check looks at the last day of judging.
2. Plain: who is on which list is kept, and a digest of it stands in the log.
3. Private: the set must be small enough, and no other one of the counterpart decided today. The set is kept, and our
   signed commitment to it stands in the log before anything is sent.
"""

import secrets
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import insert, text

from connectors.model.calendar import day_of
from gateway.crosscheck.found import result_digest
from gateway.crosscheck.proposing import who_acts
from gateway.crosscheck.statements import sign_commitment
from gateway.crosscheck.suspects import Suspect, read_suspects
from gateway.crosscheck.tables import CrossCheck, CrossCheckExchange, CrossCheckMember
from gateway.records.access import demand_overseer
from gateway.risk.reading import find_day
from gateway.risk.tables import RiskDay
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork
from risk_monitor.commitment import SALT_BYTES, commit
from signing.canonical import sha256_hex

Decision = Literal["approve", "reject"]
_ON_LISTS = text("""
    SELECT code, array_agg(list_id ORDER BY list_id) AS lists FROM supervisor_list_row
    WHERE list_id = ANY(:lists) AND code = ANY(:codes) GROUP BY code
""")
_DECIDED_TODAY = text("SELECT EXISTS (SELECT FROM cross_check WHERE counterpart = :counterpart AND day = :day)")


async def decide(work: UnitOfWork, check_id: UUID, decision: Decision, reason: str) -> CrossCheck:
    """Record a decision and do what follows from it. Raises DeniedError where it is not the actor's, or not now."""
    demand_overseer(work)
    demand_reason(reason)
    check = await work.session.get(CrossCheck, check_id, with_for_update=True)
    if check is None:
        raise DeniedError("crosscheck-not-found")
    if check.state != "proposed":
        raise DeniedError("crosscheck-decided", check_state=check.state)
    if check.proposed_person == await who_acts(work):
        raise DeniedError("crosscheck-other-person")
    check.decided_by, check.decided_at, check.reason = work.actor.name, work.now, reason
    if decision == "reject":
        check.state = "rejected"
        payload = {"check": str(check_id), "reason": reason}
        check.event_id = await work.record("crosscheck.rejected", payload, outcome="rejected", exchange=check_id)
    else:
        await _approve(work, check)
    await work.session.flush()
    return check


async def _approve(work: UnitOfWork, check: CrossCheck) -> None:
    judged = await find_day(work)
    if judged is None:
        raise DeniedError("crosscheck-nobody")
    suspects, day = await read_suspects(work.session, check.level, check.type), day_of(work.now)
    if check.counterpart is not None:
        await _demand_first_on(work, check.counterpart, day)
    check.day, check.as_of, check.suspects = day, judged.as_of, len(suspects)
    await (_compare(work, check, suspects) if check.way == "plain" else _commit(work, check, judged, suspects))


async def _compare(work: UnitOfWork, check: CrossCheck, suspects: list[Suspect]) -> None:
    asked = {"lists": check.lists, "codes": [one.code for one in suspects]}
    on_lists = {row.code: row.lists for row in await work.session.execute(_ON_LISTS, asked)}
    found = [one for one in suspects if one.code in on_lists]
    await _keep(work, check, found, on_lists)
    check.state, check.found, check.done_at = "done", len(found), work.now
    check.result = result_digest([(one.code, on_lists[one.code]) for one in found])
    payload = {**_decided(check), "found": check.found, "result": check.result}
    check.event_id = await work.record("crosscheck.compared", payload, outcome="done", exchange=check.check_id)


async def _commit(work: UnitOfWork, check: CrossCheck, judged: RiskDay, suspects: list[Suspect]) -> None:
    if not suspects:
        raise DeniedError("crosscheck-nobody", "没有企业到此等级。Nobody stands at such a level.")
    if len(suspects) > judged.budget:
        raise DeniedError("crosscheck-too-many", size=len(suspects), most=judged.budget)
    salt = secrets.token_bytes(SALT_BYTES)
    check.state, check.cap = "approved", judged.budget
    check.commitment = commit(salt, (one.code for one in suspects))
    statement = sign_commitment(work, check)
    await _keep(work, check, suspects, {})
    work.session.add(CrossCheckExchange(check_id=check.check_id, salt=salt, statement=statement))
    payload = {
        **_decided(check), "cap": check.cap, "commitment": check.commitment,
        "statement": sha256_hex(statement.encode()),
    }  # fmt: skip
    check.event_id = await work.record("crosscheck.approved", payload, outcome="approved", exchange=check.check_id)


async def _demand_first_on(work: UnitOfWork, counterpart: str, day: date) -> None:
    """Pass for the first check with a counterpart that is approved on a day. Raises DeniedError."""
    await take(work.session, Lock.CROSS_CHECK, f"counterpart {counterpart}")
    asked = {"counterpart": counterpart, "day": day}
    if (await work.session.execute(_DECIDED_TODAY, asked)).scalar_one():
        raise DeniedError("crosscheck-once-a-day")


def _decided(check: CrossCheck) -> dict[str, object]:
    return {
        "check": str(check.check_id), "reason": check.reason, "day": str(check.day), "as_of": str(check.as_of),
        "suspects": check.suspects,
    }  # fmt: skip


async def _keep(work: UnitOfWork, check: CrossCheck, members: list[Suspect], lists: dict[str, list[UUID]]) -> None:
    rows = [
        {
            "check_id": check.check_id, "code": one.code, "subject": one.subject, "level": one.level,
            "types": one.types, "lists": lists.get(one.code, []), "found": True if check.way == "plain" else None,
        }
        for one in members
    ]  # fmt: skip
    if rows:
        await work.session.execute(insert(CrossCheckMember), rows)
