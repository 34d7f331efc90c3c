"""Acts upon records: withdrawn, reinstated, repaired, objected to, decided upon. Each is a row and an event at once.

The record itself is never touched. connectors/records/life.py decides what is possible; access.py, whose record it is.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from uuid_utils.compat import uuid7

from connectors.conversion.free_text import without_contacts
from connectors.model.calendar import day_of
from connectors.records.acts import ActRequest, add_act, decide, lock_record
from connectors.records.life import ActError, ActKind, Role
from connectors.records.objection_rules import find_rule, term_of
from connectors.records.tables import RecordAct
from gateway.records.access import get_own
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork

EVENTS = {
    ActKind.WITHDRAW: "record.withdrawn",
    ActKind.REINSTATE: "record.reinstated",
    ActKind.REPAIR: "record.repaired",
    ActKind.OBJECT: "record.objected",
    ActKind.UPHOLD: "record.annulled",
    ActKind.REJECT: "record.confirmed",
}
ROLES: Mapping[str, Role] = {"agency": "agency", "signatory": "signatory", "operator": "operator"}


async def act_on_record(work: UnitOfWork, record_id: UUID, request: ActRequest) -> RecordAct:
    """Do one act. Raises DeniedError where the record is not the actor's, the act is not possible, or has no reason."""
    demand_reason(request.reason)
    record = await get_own(work, record_id)
    try:
        current = await lock_record(work.session, record)
        return await store_act(work, current, request, await database_now(work.session))
    except ActError as fault:
        raise DeniedError(fault.reason, str(fault)) from fault


async def store_act(work: UnitOfWork, current: RowMapping, request: ActRequest, now: datetime) -> RecordAct:
    """Do an act upon a current version that this transaction holds. Raises ActError."""
    if request.kind is ActKind.OBJECT:
        request = _under_the_law(work, request, now)
    ending, number = await decide(work.session, current, request, ROLES[work.actor.kind], now)
    told = replace(
        request, reason=without_contacts(request.reason), document=without_contacts(request.document or "") or None
    )
    term = {"term": told.term.members()} if told.term else {}
    entry = await work.record(
        EVENTS[request.kind],
        {
            "record": str(current["record_id"]), "dataset": current["dataset"], "agency": current["agency"],
            "key": current["business_key"], "version": current["version"], "number": number,
            "effective_on": request.effective_on.isoformat(), "reason": told.reason, "document": told.document,
            "hides": ending.hides, "lasting": ending.lasting,
            "act_batch": str(told.act_batch) if told.act_batch else None, **term,
        },
        subject=current["subject_id"], outcome=ending.state.value, at=now,
    )  # fmt: skip
    return await add_act(
        work.session, current, told, ending, actor=work.actor.name, number=number, ids=(uuid7(), entry), now=now
    )


def _under_the_law(work: UnitOfWork, request: ActRequest, now: datetime) -> ActRequest:
    """Return an objection with what the instance's law says of it: by when it is seen to, and that it is hidden."""
    today = day_of(now)
    term = term_of(find_rule(work.jurisdiction, today), today)
    return replace(request, term=term, hide=request.hide or term.effect == "withhold")
