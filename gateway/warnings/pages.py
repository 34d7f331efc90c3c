"""Warnings at the console, for an institution's staff: what it was told, why, and that somebody has seen it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Row

from gateway.consents.acquaintances import name_known, names_known
from gateway.console.render import PageError, page
from gateway.console.table import (
    Cell,
    Column,
    Content,
    Filter,
    TableQuery,
    TableSpec,
    Tone,
    counted,
    moment_cell,
    table_query,
)
from gateway.console.table_address import begins
from gateway.console.words import NOTHING, Words, words_of
from gateway.inquiries.shown import enterprise_cell, why
from gateway.inquiries.watched.words import TONES, watched_of
from gateway.people.guard import SignedForm
from gateway.people.listing import show_table
from gateway.people.staff import Staff
from gateway.runtime.denial import Denial, DeniedError
from gateway.warnings.change import AT_RISK, CHANGES, Levels
from gateway.warnings.reading import Wanted, get_warning, list_warnings, mark_seen, reopen_warning
from gateway.web.dependencies import Units
from gateway.web.router import Router
from risk_monitor.names import KINDS, LEVELS
from signing.jws import payload_of

router = Router(prefix="/console/warnings", include_in_schema=False)
CHANGED: dict[str, Tone] = {"opened": "warn", "raised": "bad", "lowered": "info", "ended": "ok"}
SPEC = TableSpec(
    "warnings",
    (
        Column("enterprise", "about-enterprise"), Column("change", "warning-change"), Column("level", "risk-level"),
        Column("types", "risk-type"), Column("when", "warning-when", "time"), Column("seen", "warning-seen"),
        Column("number", "inquiry-number", "code", optional=True),
    ),
    (
        Filter("seen", "warning-seen", options=("no", "yes"), prefix="warning-seen-"),
        Filter("change", "warning-change", options=CHANGES, prefix="risk-"),
        Filter("level", "risk-level", options=LEVELS, prefix="risk-level-"),
        Filter("type", "risk-type", options=KINDS, prefix="risk-type-"),
        Filter("since", "warning-since", kind="day"),
    ),
)  # fmt: skip


@router.get("")
async def show_list(
    request: Request, units: Units, staff: Staff, asked: Annotated[TableQuery, Depends(table_query(SPEC))]
) -> Response:
    """Show the institution's warnings, newest first."""
    words = words_of(request)
    async with units.begin("warnings.list", staff.reader) as work:
        rows = await list_warnings(work, wanted_of(asked), limit=asked.limit, offset=asked.offset)
        names = await names_known(work, sorted({row.uscc for row in rows}))
    table = counted(asked, rows, cells=lambda row: _cells(words, row, names.get(row.uscc)))
    return await show_table(request, units, staff.present, "warnings", table)


@router.get("/{warning_id}")
async def show(request: Request, units: Units, staff: Staff, warning_id: UUID) -> Response:
    """Show a warning: what changed, and why, where the answer may be shown now."""
    words = words_of(request)
    try:
        async with units.begin("warning.show", staff.reader) as work:
            row = await get_warning(work, warning_id)
            name = await name_known(work, row.uscc)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    try:
        async with units.begin("warning.reopen", staff.acting("inquiries")) as work:
            _, answer = await reopen_warning(work, warning_id)
    except DeniedError as fault:
        answer = fault.denial
    statement = payload_of(answer) if isinstance(answer, str) else {}
    return page(
        request, "warning", staff.present, row=row, name=name, crumbs=[(name or row.uscc, "")],
        tone=CHANGED[row.change], watched=watched_of(statement, words),
        why=why(words, answer.reason) if isinstance(answer, Denial) else "",
        before=levels_in_words(words, row.before), after=levels_in_words(words, row.after),
    )  # fmt: skip


@router.post("/{warning_id}/seen")
async def seen(warning_id: UUID, units: Units, staff: Staff, _form: SignedForm) -> RedirectResponse:
    """Note that somebody has seen a warning."""
    try:
        async with units.begin("warning.seen", staff.reader) as work:
            await mark_seen(work, warning_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    return RedirectResponse(f"/console/warnings/{warning_id}", 303)


def wanted_of(asked: TableQuery) -> Wanted:
    """Return what the filters of the list ask for."""
    given = {name: value or None for name, value in asked.filters.items()}
    seen_or_not = None if given["seen"] is None else given["seen"] == "yes"
    return Wanted(seen_or_not, given["change"], given["level"], given["type"], begins(asked.filters["since"]))


def levels_in_words(words: Words, levels: Levels) -> str:
    """Return what was told, type by type."""
    if AT_RISK in levels:
        return words("warning-at-risk")
    told = [f"{words(f'risk-type-{kind}')} {words(f'risk-level-{level}')}" for kind, level in levels.items()]
    return words.listed(told) or words("warning-no-level")


def _cells(words: Words, row: Row[Any], name: str | None) -> list[Content]:
    level: Content = NOTHING
    if not row.open:
        level = Cell(words("warning-withheld"), tone="quiet")
    elif row.level:
        level = Cell(words(f"risk-level-{row.level}"), tone=TONES[row.level])
    return [
        enterprise_cell(name, row.uscc, f"/console/warnings/{row.warning_id}"),
        Cell(words(f"risk-{row.change}"), tone=CHANGED[row.change]),  # texts of CHANGES
        level,
        levels_in_words(words, row.after) if row.open else NOTHING,
        moment_cell(words, row.told_at),
        Cell(words("warning-seen-yes"), tone="ok", sub=words.moment(row.seen_at))
        if row.seen_at
        else Cell(words("warning-seen-no"), tone="warn"),
        str(row.inquiry_id),
    ]
