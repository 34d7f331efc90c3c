"""Recall notices on a page: which answers of the institution rest on what was taken back since."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.consents.acquaintances import names_known
from gateway.console.table import Cell, Column, Content, Table, TableQuery, TableSpec, table_query
from gateway.console.words import words_of
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
    shown: list[list[Content]] = [
        [
            enterprise_cell(names.get(row.uscc), row.uscc, f"/console/inquiries/{row.inquiry_id}"),
            Cell(words.moment(row.told_at), title=words.exactly(row.told_at)),
            Cell(words(f"product-{row.product}"), sub=words("recall-answered", day=words.day(row.created_at))),
            Cell(words(f"recall-{row.kind}"), tone="warn"),
            str(row.inquiry_id),
        ]
        for row in rows
    ]  # fmt: skip
    table = Table(SPEC, asked, shown, total=rows[0].total if rows else 0)
    return await show_table(request, units, staff.present, "recalls", table)
