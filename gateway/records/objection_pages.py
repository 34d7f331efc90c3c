"""Objections in an enterprise's own hands: one is raised against one record, all are listed with their answers."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from connectors.model.calendar import day_of
from connectors.records.objections import ObjectionPage
from gateway.console.form import Form
from gateway.console.reasons import title_and_remedy
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import OwnerActing, SignedForm
from gateway.people.listing import show_table
from gateway.records.enterprise_pages import read_whole, record_context
from gateway.records.life_routes import TheProtector
from gateway.records.objections import list_objections, object_to_record, rule_in_force
from gateway.records.open_objection_pages import due_cell, in_words
from gateway.runtime.clock import now
from gateway.runtime.denial import DeniedError
from gateway.runtime.reasons import LONGEST, SHORTEST
from gateway.web.dependencies import Units
from gateway.web.error_table import ERRORS
from gateway.web.router import Router

router = Router(prefix="/console/enterprise", include_in_schema=False)
MOST = 1_000
LONGEST_DOCUMENT = 200
STATES = {
    "open": "ent-objection-open", "upheld": "ent-objection-upheld", "rejected": "ent-objection-rejected",
    "withdrawn": "ent-objection-withdrawn", "repaired": "ent-objection-repaired",
    "superseded": "ent-objection-superseded",
}  # fmt: skip
TONES = {"open": "warn", "upheld": "ok", "rejected": "bad"}
SPEC = TableSpec(
    "enterprise-objections",
    (
        Column("record", "ent-record"),
        Column("agency", "ent-agency", sortable=True),
        Column("state", "ent-standing", sortable=True),
        Column("reason", "ent-what-is-wrong"),
        Column("filed", "ent-filed", kind="time", sortable=True),
        Column("due", "ent-due", kind="time", sortable=True),
        Column("decision", "ent-decision"),
        Column("decided", "ent-decided", kind="time", sortable=True, optional=True),
    ),
    (Filter("state", "ent-standing", options=tuple(STATES), prefix="ent-objection-"),),
    sort="filed",
    descending=True,
)


@router.get("/objections")
async def objections(
    request: Request, units: Units, present: OwnerActing, asked: Annotated[TableQuery, Depends(table_query(SPEC))]
) -> Response:
    """Show every objection, whoever noted it, with what the agency made of it and until when it is to answer."""
    async with units.begin("enterprise.objections", acting(present)) as work:
        found = await list_objections(work, ObjectionPage(MOST))
    words, state, today = words_of(request), asked.filters["state"], day_of(now())
    table = in_memory(
        SPEC, asked, [one for one in found if not state or one["state"] == state],
        cells=lambda one: cells_of(words, one, today),
        keys={
            "agency": lambda one: words.titles.agency(one["agency"]),
            "state": lambda one: list(STATES).index(one["state"]),
            "filed": lambda one: one["recorded_at"], "due": lambda one: one["answer_due_on"],
            "decided": lambda one: one["decided_at"],
        },
    )  # fmt: skip
    waiting = [one for one in found if one["state"] == "open"]
    late = sum(one["answer_due_on"] < today for one in waiting)
    return await show_table(
        request, units, present, "enterprise_objections", table, waiting=len(waiting), late=late
    )  # fmt: skip


@router.get("/records/{record_id}/objection")
async def show(
    request: Request, record_id: UUID, units: Units, protector: TheProtector, present: OwnerActing
) -> Response:
    """Ask what is wrong in a record."""
    return await _form(request, units, protector, present, record_id, Form())


@router.post("/records/{record_id}/objection")
async def object_to(
    request: Request,
    record_id: UUID,
    units: Units,
    protector: TheProtector,
    present: OwnerActing,
    form: SignedForm,
) -> Response:
    """Object to a record; the agency it came from decides."""
    words, wrong, right = words_of(request), form.get("wrong", "").strip(), form.get("right", "").strip()
    document = form.get("document", "").strip()
    reason = "；".join(part for part in (wrong, right and f"应为：{right}") if part)
    faults = {}
    if len(wrong) < SHORTEST or len(reason) > LONGEST:
        faults["wrong"] = words("ent-wrong-length")
    if len(document) > LONGEST_DOCUMENT:
        faults["document"] = words("ent-document-length")
    if faults:
        return await _form(request, units, protector, present, record_id, Form(form, faults), 400)
    try:
        async with units.begin("enterprise.object", acting(present)) as work:
            await object_to_record(work, record_id, reason, document or None)
    except DeniedError as fault:
        if fault.denial.reason == "record-not-found":
            raise PageError("not-found", 404) from fault
        said, status = title_and_remedy(words, fault.denial.reason), ERRORS[fault.denial.reason].status
        return await _form(request, units, protector, present, record_id, Form(form, {"": said}), status)
    return RedirectResponse(f"/console/enterprise/records/{record_id}?said=objected", 303)


async def _form(
    request: Request,
    units: Units,
    protector: TheProtector,
    present: OwnerActing,
    record_id: UUID,
    form: Form,
    status: int = 200,
) -> Response:
    whole = await read_whole(units, protector, present, record_id)
    words = words_of(request)
    rule, context = in_words(words, rule_in_force(units, now())), record_context(words, whole)
    return page(request, "enterprise_objection", present, status=status, form=form, rule=rule, **context)


def cells_of(words: Words, one: dict[str, Any], today: date) -> list[Content]:
    """Return the row of an objection."""
    waits = one["state"] == "open"
    late = waits and one["answer_due_on"] < today
    due = due_cell(words, one, "answer_due_on")
    if late:
        due = replace(due, sub=words.listed(part for part in (words("ent-overdue"), due.sub) if part))
    return [
        Cell(words.titles.dataset(one["dataset"]), href=f"/console/enterprise/records/{one['record']}"),
        words.titles.agency(one["agency"]),
        Cell(words(STATES[one["state"]]), tone=TONES.get(one["state"], "quiet")),  # type: ignore[arg-type] # tones
        Cell(one["reason"], sub=one["document"] or ""),
        words.moment(one["recorded_at"]),
        due if waits else None,
        Cell(one["decision"], sub=one["decision_document"] or "") if one["decision"] else None,
        words.moment(one["decided_at"]) if one["decided_at"] else None,
    ]
