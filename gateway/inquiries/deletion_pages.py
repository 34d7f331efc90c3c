"""Deletion on pages: which answers are still to be deleted, and the institution's word that they are."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Row

from gateway.consents.acquaintances import name_known, names_known
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, TableQuery, TableSpec, counted, moment_cell, table_query
from gateway.console.words import Words, words_of
from gateway.inquiries.deletions import MOST_AT_ONCE, attest_deleted, list_undeleted
from gateway.inquiries.own_inquiries import get_own_inquiry
from gateway.inquiries.shown import enterprise_cell
from gateway.people.guard import SignedForm
from gateway.people.listing import show_table
from gateway.people.staff import Staff
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/usage-results/deletions", include_in_schema=False)
SPEC = TableSpec(
    "deletions",
    (
        Column("enterprise", "about-enterprise"), Column("time", "usage-when", "time"), Column("what", "asked-what"),
        Column("state", "usage-state"), Column("number", "inquiry-number", "code", optional=True),
    ),
)  # fmt: skip


@router.get("")
async def show_list(
    request: Request, units: Units, staff: Staff, asked: Annotated[TableQuery, Depends(table_query(SPEC))]
) -> Response:
    """Show which answers are still to be deleted, and how many of them already should be."""
    words = words_of(request)
    async with units.begin("deletions.list", staff.reader) as work:
        rows = await list_undeleted(work, limit=asked.limit, offset=asked.offset)
        moment = await database_now(work.session)
        ended = await list_undeleted(work, limit=1, until=moment)
        names = await names_known(work, [row.uscc for row in rows])
    many = ended[0].total if ended else 0
    table = counted(asked, rows, cells=lambda row: _cells(words, row, names.get(row.uscc), moment))
    return await show_table(
        request, units, staff.present, "deletions", table, ended=min(many, MOST_AT_ONCE), until=moment.isoformat()
    )


@router.post("")
async def attest_ended(units: Units, staff: Staff, form: SignedForm) -> Response:
    """Take the person's word on all whose life had ended when the page was shown, so many at once."""
    try:
        until = datetime.fromisoformat(form.get("until", ""))
    except ValueError as fault:
        raise PageError("table-address", 400) from fault
    if until.tzinfo is None:
        raise PageError("table-address", 400)
    async with units.begin("deletions.attest", staff.acting("usage-results", form.get("account", ""))) as work:
        shown = min(until, await database_now(work.session))
        if rows := await list_undeleted(work, limit=MOST_AT_ONCE, until=shown):
            await attest_deleted(work, [row.inquiry_id for row in rows])
    return RedirectResponse("/console/usage-results/deletions", 303)


@router.get("/{inquiry_id}")
async def show(request: Request, units: Units, staff: Staff, inquiry_id: UUID) -> Response:
    """Show until when one answer may be kept, and whether it was said to be deleted."""
    async with units.begin("deletion.show", staff.reader) as work:
        row = await get_own_inquiry(work, inquiry_id)
        if row.delete_by is None:
            raise DeniedError("inquiry-not-found")
        name = await name_known(work, row.uscc)
        late = await database_now(work.session) >= row.delete_by
    return page(
        request, "deletion", staff.present, row=row, name=name, late=late, staff=staff,
        crumbs=[(name or row.uscc, "")],
    )  # fmt: skip


@router.post("/{inquiry_id}")
async def attest(units: Units, staff: Staff, inquiry_id: UUID, form: SignedForm) -> Response:
    """Take the person's word that one answer is deleted; the same again changes nothing."""
    async with units.begin("deletion.attest", staff.acting("usage-results", form.get("account", ""))) as work:
        await attest_deleted(work, [inquiry_id])
    return RedirectResponse(f"/console/usage-results/deletions/{inquiry_id}", 303)


def _cells(words: Words, row: Row[Any], name: str | None, moment: datetime) -> list[Content]:
    late = moment >= row.delete_by
    return [
        enterprise_cell(name, row.uscc, f"/console/usage-results/deletions/{row.inquiry_id}"),
        moment_cell(words, row.created_at),
        Cell(words(f"product-{row.product}"), sub=words(f"purpose-{row.purpose}")),
        Cell(words("deletion-overdue" if late else "deletion-due", day=words.day(row.delete_by)),
             tone="bad" if late else ""),
        str(row.inquiry_id),
    ]  # fmt: skip
