"""Monthly statements on a page, for the enterprise's own people."""

from typing import Literal

import orjson
from fastapi import Request
from fastapi.responses import Response

from gateway.console.render import PageError, page
from gateway.people.acting import acting
from gateway.people.guard import OwnerActing
from gateway.runtime.denial import DeniedError
from gateway.statements.making import get_statement, list_statements
from gateway.statements.months import month_of
from gateway.statements.serving import file_of
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/enterprise/statements", include_in_schema=False)
OFFERED = 12  # months that one may be made of here


@router.get("")
async def statements(request: Request, units: Units, present: OwnerActing) -> Response:
    """Show the last months, those whose statement was made and those whose may be."""
    async with units.begin("enterprise.statements", acting(present)) as work:
        made = {row.month: row for row in await list_statements(work)}
        now = month_of(work.now)
    months = [str(now.stepped(-back)) for back in range(1, OFFERED + 1)]
    rows = [(month, made.get(month)) for month in sorted({*months, *made}, reverse=True)]
    counts = {month: orjson.loads(row.content)["counts"] for month, row in made.items()}
    return page(request, "enterprise_statements", present, rows=rows, counts=counts)


@router.get("/{month}/{form}")
async def file(month: str, form: Literal["csv", "pdf", "json", "jws"], units: Units, present: OwnerActing) -> Response:
    """Give a statement as a file, made now where it was not."""
    try:
        async with units.begin("enterprise.statement", acting(present)) as work:
            row = await get_statement(work, month)
    except DeniedError as fault:
        if fault.denial.reason == "no-such-month":
            raise PageError("not-found", 404) from fault
        raise
    return file_of(row, form)
