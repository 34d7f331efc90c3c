"""What an enterprise says is wrong: objected to, within a number, and followed until the agency has decided."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from connectors.model.calendar import day_of
from connectors.records.acts import ActRequest
from connectors.records.life import ActKind
from connectors.records.objections import ObjectionPage, count_open, due_on, find_open_of_agency, load_objections
from connectors.records.tables import RecordAct
from gateway.records.access import demand_signatory, find_enterprise, get_own
from gateway.records.acts import act_on_record
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork

MOST_OPEN = 100  # of one enterprise, until agencies have decided on some


async def object_to_record(work: UnitOfWork, record_id: UUID, reason: str, document: str | None = None) -> RecordAct:
    """Object to a record about the acting signatory's enterprise; it stays visible, marked, until the agency decides.

    Raises DeniedError where it is no record of this enterprise, where it cannot be objected to as it stands, and where
    too many objections wait already: those that come at once take turns.
    """
    demand_signatory(work)
    await get_own(work, record_id)
    if subject := await find_enterprise(work):
        await take(work.session, Lock.OBJECTIONS, str(subject.subject_id))
        if await count_open(work.session, subject.subject_id) >= MOST_OPEN:
            raise DeniedError("too-many-objections")
    return await act_on_record(work, record_id, ActRequest(ActKind.OBJECT, day_of(work.now), reason, document))


async def list_objections(work: UnitOfWork, page: ObjectionPage) -> list[dict[str, Any]]:
    """Return objections to the records of the acting signatory's enterprise, with what became of them.

    Raises DeniedError for whoever is no signatory.
    """
    demand_signatory(work)
    subject = await find_enterprise(work)
    rows = await load_objections(work.session, subject.subject_id, page) if subject else []
    subject_id = subject.subject_id if subject else None
    await work.record("objection.listed", {"found": len(rows)}, subject=subject_id, outcome="read")
    return [
        {
            "objection": str(row["act_id"]), "record": str(row["record_id"]), "dataset": row["dataset"],
            "agency": row["agency"], "state": row["state"], "hidden": row["hides"], "reason": row["reason"],
            "document": row["document"], "actor": row["actor"], "recorded_at": row["recorded_at"],
            "decision": row["decision"], "decision_document": row["decision_document"],
            "decided_at": row["decided_at"], "answer_due_on": due_on(row["recorded_at"]),
            "entry": str(row["event_id"]),
        }
        for row in rows
    ]  # fmt: skip


async def find_to_decide(work: UnitOfWork, limit: int) -> Sequence[RowMapping]:
    """Return act_id, record_id, dataset and recorded_at of the oldest objections that the acting agency has to decide.

    Nobody but an agency decides on any.
    """
    if work.actor.kind != "agency":
        return []
    return await find_open_of_agency(work.session, work.actor.client_id, limit)
