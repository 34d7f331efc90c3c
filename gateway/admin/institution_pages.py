"""Institutions for operators: the list, one with all that belongs to it, and the changes that are asked for there."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response

from gateway.admin.act_forms import NEW_INSTITUTION
from gateway.admin.act_pages import SAID, TheAsker, show_form, take_form, take_standing
from gateway.admin.change_words import value_in_words
from gateway.admin.institution_reading import Day, list_institutions, read_institution
from gateway.admin.view_forms import FORMS
from gateway.console.chart import Chart, Series
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.inquiries.bases.pages import told_of as duty_told
from gateway.inquiries.outputs.pages import told_of
from gateway.inquiries.views.pages import told_of as view_told
from gateway.people.acting import acting
from gateway.people.guard import SecurityPresent, SignedForm
from gateway.people.listing import show_table
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/institutions", include_in_schema=False)
Id = Annotated[str, PathParameter(max_length=63)]
LIST = "/console/institutions"
TONES = {"active": "quiet", "suspended": "bad", "closed": "quiet"}
STATUSES = ("active", "suspended", "closed")
SPEC = TableSpec(
    "institutions",
    (
        Column("name", "op-institution", sortable=True),
        Column("status", "op-state", sortable=True),
        Column("class", "op-class"),
        Column("agreement", "op-agreement"),
        Column("accounts", "op-accounts", kind="number", sortable=True),
        Column("used", "op-used-month", kind="number", sortable=True),
        Column("left", "op-left-month", kind="number", sortable=True),
        Column("last", "op-last-used", kind="time", sortable=True),
    ),
    (
        Filter("q", "op-name", kind="text"),
        Filter("status", "op-state", options=STATUSES, prefix="op-"),
        Filter(
            "class", "op-class", options=("bank", "guarantee", "micro_loan", "government", "other"), prefix="op-class-"
        ),
    ),
    sort="name",
)


@router.get("")
async def show_list(
    request: Request,
    units: Units,
    present: SecurityPresent,
    asked: Annotated[TableQuery, Depends(table_query(SPEC))],
    said: str = "",
) -> Response:
    """Show the institutions."""
    words, wanted = words_of(request), asked.filters
    async with units.begin("institutions.list", acting(present)) as work:
        rows = await list_institutions(work)
    text = wanted["q"].lower()
    found = [
        row for row in rows
        if wanted["status"] in {"", row["status"]} and wanted["class"] in {"", row["class"]}
        and (text in row["name"].lower() or text in row["institution_id"])
    ]  # fmt: skip
    table = in_memory(
        SPEC, asked, found, cells=lambda row: _cells(row, words),
        keys={
            "name": lambda row: row["name"], "status": lambda row: row["status"],
            "accounts": lambda row: row["accounts"], "last": lambda row: row["last_used_at"],
            "used": lambda row: row["plan"] and row["plan"]["used_month"],
            "left": lambda row: row["plan"] and left_of(row["plan"]),
        },
    )  # fmt: skip
    stopped = sum(row["status"] == "suspended" for row in rows)
    return await show_table(
        request, units, present, "institutions", table, number=len(rows), stopped=stopped, note=SAID.get(said, "")
    )


@router.get("/new")
async def show_new(request: Request, present: SecurityPresent) -> Response:
    """Show the form of a new institution."""
    return show_form(request, present, NEW_INSTITUTION, Form(), back=LIST)


@router.post("/new")
async def take_new(request: Request, asker: TheAsker, typed: SignedForm) -> Response:
    """Ask for a new institution."""
    return await take_form(request, asker, NEW_INSTITUTION, typed, back=LIST)


@router.get("/{institution_id}")
async def show(
    request: Request, institution_id: Id, units: Units, present: SecurityPresent, said: str = ""
) -> Response:
    """Show one institution."""
    return await _show(request, units, present, institution_id, note=SAID.get(said, ""))


@router.post("/{institution_id}/standing")
async def change_standing(
    request: Request,
    institution_id: Id,
    asker: TheAsker,
    typed: SignedForm,
) -> Response:
    """Suspend it, resume it, or close it for good."""
    await _name(asker.units, asker.present, institution_id)
    again = partial(_show, request, asker.units, asker.present, institution_id)
    return await take_standing(
        request, asker, typed, f"institution:{institution_id}", f"{LIST}/{institution_id}", again
    )


@router.get("/{institution_id}/{act}")
async def show_act(request: Request, institution_id: Id, act: str, units: Units, present: SecurityPresent) -> Response:
    """Show the form of a change, filled with what is so now."""
    form = FORMS.get(act)
    if form is None:
        raise PageError("not-found", 404)
    async with units.begin("institution.show", acting(present)) as work:
        try:
            whole = await read_institution(work, institution_id)
        except DeniedError as fault:
            raise PageError("not-found", 404) from fault
    plan, row = whole.plan or {}, whole.institution
    now = {name: str(value) for name, value in {**row, **plan}.items() if value is not None}
    back = f"{LIST}/{institution_id}"
    return show_form(request, present, form, Form(now), of=row["name"], back=back)


@router.post("/{institution_id}/{act}")
async def take_act(
    request: Request,
    institution_id: Id,
    act: str,
    asker: TheAsker,
    typed: SignedForm,
) -> Response:
    """Ask for a change of it."""
    form = FORMS.get(act)
    if form is None:
        raise PageError("not-found", 404)
    name = await _name(asker.units, asker.present, institution_id)
    return await take_form(
        request, asker, form, typed, identifier=institution_id, of=name,
        back=f"{LIST}/{institution_id}",
    )  # fmt: skip


async def _show(
    request: Request,
    units: UnitsOfWork,
    present: Present,
    institution_id: str,
    form: Form | None = None,
    note: str = "",
    status: int = 200,
) -> Response:
    words = words_of(request)
    try:
        async with units.begin("institution.show", acting(present)) as work:
            whole = await read_institution(work, institution_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    return page(
        request, "institution", present, status=status, scripts=("charts",), whole=whole, row=whole.institution,
        form=form or Form(), note=note, crumbs=[(whole.institution["name"], "")], tone=TONES,
        kind=value_in_words("class", whole.institution["class"], words), chart=days_chart(whole.days, words),
        outputs=[told_of(one, words) for one in whole.outputs],
        duties=[duty_told(one, words) for one in whole.duties], views=[view_told(one, words) for one in whole.views],
        left_of=left_of, path_here=f"{LIST}/{institution_id}",
    )  # fmt: skip


async def _name(units: UnitsOfWork, present: Present, institution_id: str) -> str:
    """Return the institution's name. Raises PageError where there is none."""
    try:
        async with units.begin("institution.show", acting(present)) as work:
            return str((await read_institution(work, institution_id)).institution["name"])
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault


def left_of(plan: dict[str, Any]) -> int:
    """Return how much of a month's quota is left."""
    return max(0, int(plan["per_month"] - plan["used_month"]))


def days_chart(days: Sequence[Day], words: Words) -> Chart:
    """Return the inquiries of the last days as a chart."""
    asked, denied = sum(one.asked for one in days), sum(one.denied for one in days)
    finding = words("op-days", asked=words.number(asked), denied=words.number(denied))
    return Chart(
        "days", "bar", finding, [one.day.strftime("%m-%d") for one in days],
        [
            Series(words("op-asked"), [one.asked for one in days]),
            Series(words("op-denied"), [one.denied for one in days], tone="bad", kind="line"),
        ],
        unit=words("op-times"),
    )  # fmt: skip


def _cells(row: dict[str, Any], words: Words) -> list[Content]:
    plan = row["plan"]
    begins, ends = words.day(row["agreement_from"]), words.day(row["agreement_until"])
    return [
        Cell(row["name"], f"{LIST}/{row['institution_id']}", row["institution_id"]),
        Cell(value_in_words("status", row["status"], words), tone=TONES[row["status"]]),  # type: ignore[arg-type]
        value_in_words("class", row["class"], words),
        words("op-span", begins=begins, ends=ends) if row["agreement_from"] or row["agreement_until"] else None,
        row["accounts"],
        words.number(plan["used_month"]) if plan else None,
        words.number(left_of(plan)) if plan else None,
        words.moment(row["last_used_at"]) if row["last_used_at"] else words("never"),
    ]
