"""Recall notices on a page: which answers of the institution rest on what was taken back since."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from sqlalchemy import Row

from gateway.consents.acquaintances import names_known
from gateway.console.table import Cell, Column, Content, TableQuery, TableSpec, counted, moment_cell, table_query
from gateway.console.words import Words, words_of
from gateway.inquiries.recalls import list_recalls
from gateway.inquiries.shown import enterprise_cell
from gateway.people.listing import show_table
from gateway.people.staff import Staff
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/inquiries/recalls", include_in_schema=False)
SPEC = TableSpec(
    "recalls",
    (
        Column("enterprise", "about-enterprise"), Column("time", "recall-when", "time"), Column("what", "asked-what"),
        Column("kind", "recall-kind"), Column("number", "inquiry-number", "code", optional=True),
    ),
)  # fmt: skip


@router.get("")
async def show_list(
    request: Request, units: Units, staff: Staff, asked: Annotated[TableQuery, Depends(table_query(SPEC))]
) -> Response:
    """Show the notices, newest first; each leads to its answer."""
    words = words_of(request)
    async with units.begin("recalls.list", staff.reader) as work:
        rows = await list_recalls(work, limit=asked.limit, offset=asked.offset)
        names = await names_known(work, [row.uscc for row in rows])
    table = counted(asked, rows, cells=lambda row: _cells(words, row, names.get(row.uscc)))
    return await show_table(request, units, staff.present, "recalls", table)


def _cells(words: Words, row: Row[Any], name: str | None) -> list[Content]:
    return [
        enterprise_cell(name, row.uscc, f"/console/inquiries/{row.inquiry_id}"),
        moment_cell(words, row.told_at),
        Cell(words(f"product-{row.product}"), sub=words("recall-answered", day=words.day(row.created_at))),
        Cell(words(f"recall-{row.kind}"), tone="warn"),
        str(row.inquiry_id),
    ]
