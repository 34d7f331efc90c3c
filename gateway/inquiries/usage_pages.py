"""Usage results on pages: answers that wait for one, what was reported, the form, and how far a report has come."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from connectors.model.calendar import day_of
from gateway.consents.acquaintances import name_known
from gateway.console.form import Form
from gateway.console.render import page
from gateway.console.table import Cell, Column, Content, Filter, Table, TableQuery, TableSpec, moment_cell, table_query
from gateway.console.words import Words, words_of
from gateway.inquiries.own_inquiries import get_own_inquiry
from gateway.inquiries.own_usage import ReportedUsage, Waiting, list_reported, list_waiting, result_of
from gateway.inquiries.shown import enterprise_cell
from gateway.inquiries.usage import Report, read_usage, report_usage
from gateway.inquiries.usage_routes import UsageReport
from gateway.people.guard import SignedForm
from gateway.people.listing import show_table
from gateway.people.staff import Staff
from gateway.people.through import Through
from gateway.platforms.tables import Delivery
from gateway.runtime.clock import database_now, now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/usage-results", include_in_schema=False)
OUTCOMES = ("granted", "refused")
TONES = {"pending": "info", "acknowledged": "info", "confirmed": "ok", "refused": "bad"}
SPEC = TableSpec(
    "usage-results",
    (
        Column("enterprise", "about-enterprise"), Column("time", "usage-when", "time"), Column("what", "asked-what"),
        Column("state", "usage-state"), Column("number", "inquiry-number", "code", optional=True),
    ),
    (Filter("show", "usage-show", options=("waiting", "reported"), prefix="usage-"),),
)  # fmt: skip


@router.get("")
async def show_list(
    request: Request, units: Units, staff: Staff, asked: Annotated[TableQuery, Depends(table_query(SPEC))]
) -> Response:
    """Show which answers wait for a usage result, or what was reported."""
    words = words_of(request)
    async with units.begin("usage.list", staff.reader) as work:
        if asked.filters["show"] == "reported":
            reported, total = await list_reported(work, limit=asked.limit, offset=asked.offset)
            rows = [_reported(one, words) for one in reported]
        else:
            waiting, total = await list_waiting(work, limit=asked.limit, offset=asked.offset)
            moment = await database_now(work.session)
            rows = [_waiting(one, words, moment) for one in waiting]
    table = Table(SPEC, asked, rows, total=total)
    return await show_table(request, units, staff.present, "usage_results", table, reported=asked.filters["show"])


@router.get("/new/{inquiry_id}")
async def show_form(request: Request, units: Units, staff: Staff, inquiry_id: UUID) -> Response:
    """Show the form for one answer; what was reported before stands in it."""
    return await _form(request, units, staff, inquiry_id, None)


@router.post("/new/{inquiry_id}")
async def send(request: Request, units: Units, staff: Staff, inquiry_id: UUID, form: SignedForm) -> Response:
    """Report what was done with an answer; the same again is the same report, other content a new version."""
    words = words_of(request)
    try:
        told = read_report(inquiry_id, form)
    except ValidationError as fault:
        return await _form(request, units, staff, inquiry_id, Form(form, faults_of(fault, words)))
    try:
        async with units.begin("usage.report", staff.acting("usage-results", form.get("account", ""))) as work:
            row = await report_usage(work, Report(work.actor, told.inquiry, told.decided_on, told.content()))
    except DeniedError as fault:
        if fault.denial.reason != "invalid-request":
            raise
        wrong = {"decided_on": words("usage-wrong-day")}
        return await _form(request, units, staff, inquiry_id, Form(form, wrong))
    return RedirectResponse(f"/console/usage-results/{row.result_id}", 303)


@router.get("/{result_id}")
async def show(request: Request, units: Units, staff: Staff, result_id: UUID) -> Response:
    """Show a usage result with its versions, deliveries and receipts."""
    async with units.begin("usage.show", staff.acting("usage-results")) as work:
        versions, sent = await read_usage(work, result_id)
        newest = versions[-1]
        name = await name_known(work, newest.uscc)
    told = [(version, orjson.loads(version.content), _sent(sent, version.exchange)) for version in reversed(versions)]
    return page(
        request, "usage_result", staff.present, crumbs=[(name or newest.uscc, "")], name=name, newest=newest,
        told=told, tones=TONES,
    )  # fmt: skip


def read_report(inquiry_id: UUID, form: Mapping[str, str]) -> UsageReport:
    """Read a form; empty fields are not told. Raises ValidationError."""
    given: dict[str, Any] = {"inquiry": inquiry_id, "outcome": form.get("outcome", "")}
    given |= {name: value for name in ("amount", "balance", "decided_on") if (value := form.get(name, "").strip())}
    if given["outcome"] == "granted":
        given["first_time"] = form.get("first_time") == "yes"
        given |= {"defaulted": said == "yes"} if (said := form.get("defaulted", "")) in {"yes", "no"} else {}
    else:  # a browser sends what was typed before the outcome was changed
        given = {name: value for name, value in given.items() if name not in {"amount", "balance"}}
    return UsageReport.model_validate(given)


def faults_of(fault: ValidationError, words: Words) -> dict[str, str]:
    """Return what is wrong with which field, in words; what concerns several is the amount's."""
    places = [str(one["loc"][0]) if one["loc"] else "amount" for one in fault.errors()]
    texts = {
        "outcome": words("usage-wrong-outcome"), "amount": words("usage-wrong-amount"),
        "balance": words("usage-wrong-amount"), "decided_on": words("usage-wrong-day"),
    }  # fmt: skip
    return {place: texts[place] for place in places if place in texts}


async def _form(
    request: Request, units: UnitsOfWork, staff: Through, inquiry_id: UUID, form: Form | None
) -> Response:  # fmt: skip
    async with units.begin("usage.form", staff.reader) as work:
        row = await get_own_inquiry(work, inquiry_id)
        if row.state != "answered":
            raise DeniedError("inquiry-not-found")
        name = await name_known(work, row.uscc)
        result = await result_of(work, inquiry_id)
    today = day_of(now())
    form = form or Form({"decided_on": today.isoformat(), "outcome": "granted"})
    return page(
        request, "usage_report", staff.present, status=400 if form.errors else 200, form=form, row=row, name=name,
        staff=staff, result=result, today=today, outcomes=OUTCOMES,
        answered=day_of(row.settled_at or row.created_at), crumbs=[(name or row.uscc, "")],
    )  # fmt: skip


def _sent(sent: Any, exchange: UUID) -> list[Delivery]:  # noqa: ANN401 - deliveries in any order
    return [delivery for delivery in sent if delivery.exchange == exchange]


def _waiting(one: Waiting, words: Words, moment: datetime) -> list[Content]:
    late = moment >= one.due
    return [
        enterprise_cell(one.name, one.uscc, f"/console/usage-results/new/{one.inquiry_id}"),
        moment_cell(words, one.answered_at),
        Cell(words(f"product-{one.product}"), sub=words(f"purpose-{one.purpose}")),
        Cell(words("usage-overdue" if late else "usage-due", day=words.day(one.due)), sub=one.person or one.account,
             tone="bad" if late else ""),
        str(one.inquiry_id),
    ]  # fmt: skip


def _reported(one: ReportedUsage, words: Words) -> list[Content]:
    amount = one.content.get("amount")
    return [
        enterprise_cell(one.name, one.uscc, f"/console/usage-results/{one.result_id}"),
        moment_cell(words, one.recorded_at),
        Cell(words(f"usage-{one.content['outcome']}"), sub=words("yuan", amount=amount) if amount else ""),
        Cell(words.day(one.decided_on), sub=words("usage-version", number=one.version)),
        str(one.inquiry_id),
    ]  # fmt: skip
