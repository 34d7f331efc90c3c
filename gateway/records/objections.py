"""What an enterprise says is wrong: objected to, within a number, and followed until the agency has decided.

By when, and whether the record is shown meanwhile, the law of the place says (connectors/records/objection_rules.py);
each objection keeps what it was told.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping

from connectors.model.calendar import day_of
from connectors.model.workdays import LAST_KNOWN
from connectors.records.acts import ActRequest
from connectors.records.life import ActKind
from connectors.records.objection_rules import PlacedRule, Term, find_rule
from connectors.records.objections import (
    ObjectionPage,
    OpenPage,
    count_open,
    find_open,
    load_objections,
    told_term,
)
from connectors.records.tables import RecordAct
from gateway.records.access import demand_signatory, find_enterprise, get_own
from gateway.records.acts import act_on_record
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork, UnitsOfWork

MOST_OPEN = 100  # of one enterprise, until agencies have decided on some
OVERSEEING = frozenset({"operator", "auditor", "machine"})  # see which of all objections wait, and since when


async def object_to_record(work: UnitOfWork, record_id: UUID, reason: str, document: str | None = None) -> RecordAct:
    """Object to a record about the acting signatory's enterprise.

    Until the agency decides it stays visible, marked; or is withheld, where the law of the place says so.

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
            "decided_at": row["decided_at"], **due_document(told_term(row)), "entry": str(row["event_id"]),
        }
        for row in rows
    ]  # fmt: skip


async def find_to_decide(work: UnitOfWork, limit: int) -> Sequence[RowMapping]:
    """Return the oldest objections that the acting agency has to decide; nobody but an agency decides on any."""
    if work.actor.kind != "agency":
        return []
    return await find_open(work.session, OpenPage(limit, agency=work.actor.client_id))


async def list_open(
    work: UnitOfWork, limit: int, *, after: UUID | None = None, overdue: bool = False
) -> list[dict[str, Any]]:
    """Return objections that nobody has decided, oldest first: an agency's own, all of them to those who oversee.

    `overdue`: those alone whose answer was due before today. Raises DeniedError for anybody else.
    """
    agency = work.actor.client_id if work.actor.kind == "agency" else None
    if agency is None and work.actor.kind not in OVERSEEING:
        raise DeniedError("insufficient-scope", "只有部门和监督人员可以查看。Agencies and those who oversee them may.")
    today = day_of(work.now)
    rows = await find_open(work.session, OpenPage(limit, agency, today if overdue else None, after))
    await work.record("objection.listed", {"found": len(rows)}, outcome="read")
    return [
        {
            "objection": str(row["act_id"]), "record": str(row["record_id"]), "dataset": row["dataset"],
            "agency": row["agency"], "hidden": row["hides"], "reason": row["reason"], "document": row["document"],
            "recorded_at": row["recorded_at"], **due_document(told_term(row)),
            "standing": told_term(row).state_on(today),
        }
        for row in rows
    ]  # fmt: skip


def due_document(term: Term) -> dict[str, Any]:
    """Return by when an objection is seen to, as the interface shows it; `provisional`: counted without holidays."""
    return {
        "mark_due_on": term.mark_by, "answer_due_on": term.answer_by, "close_due_on": term.close_by,
        "provisional": term.provisional,
        "rule": None if term.place is None else {"jurisdiction": term.place, "version": term.version},
    }  # fmt: skip


def rule_in_force(under: UnitOfWork | UnitsOfWork, now: datetime) -> PlacedRule:
    """Return the rule that an objection made now would be under."""
    return find_rule(under.jurisdiction, day_of(now))


def rule_document(placed: PlacedRule) -> dict[str, Any]:
    """Return a rule as the interface shows it."""
    rule = placed.rule
    return {
        "jurisdiction": placed.place, "title": msgspec.to_builtins(placed.title), "version": rule.version,
        "effect": rule.effect, "days": rule.days, "mark": rule.mark, "answer": rule.answer, "close": rule.close,
        "law": msgspec.to_builtins(rule.law), "holidays_known_to": LAST_KNOWN,
    }  # fmt: skip
