"""Points that cannot be told, at the console: where data is missing, nobody is said to be without risk."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.console.table import Column, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import words_of
from gateway.people.acting import acting
from gateway.people.guard import OverseerPresent
from gateway.people.listing import show_table
from gateway.risk_analysis.left_open import read_left_open
from gateway.web.dependencies import Units
from gateway.web.router import Router
from risk_monitor.shares import percent_of

router = Router(prefix="/console", include_in_schema=False)
OPEN = TableSpec(
    "risk_open",
    (
        Column("point", "risk-points"), Column("open", "risk-open-number", kind="number", sortable=True),
        Column("share", "risk-open-share", kind="number"),
    ),
)  # fmt: skip


@router.get("/risk-open")
async def left_open(
    request: Request, units: Units, present: OverseerPresent, asked: Annotated[TableQuery, Depends(table_query(OPEN))]
) -> Response:
    """Show for how many enterprises each point could not be told, those that are open for most first."""
    words = words_of(request)
    async with units.begin("risk.open_show", acting(present)) as work:
        found = await read_left_open(work)
    table = in_memory(
        OPEN, asked, found.points,
        cells=lambda one: [
            words.either(one.point.name.zh, one.point.name.en), one.subjects,
            f"{percent_of(one.subjects, found.subjects)}%" if found.subjects else None,
        ],
        keys={"open": lambda one: one.subjects},
    )  # fmt: skip
    return await show_table(request, units, present, "risk_open", table, found=found, crumbs=[(words("risk-open"), "")])
