"""Monthly statements over HTTP, for the enterprise's signatory."""

from typing import Annotated, Any

from fastapi import Depends, Path
from starlette.responses import Response

from gateway.identity.caller import working
from gateway.runtime.work import UnitOfWork
from gateway.statements.making import get_statement, list_statements
from gateway.statements.serving import file_of, statement_document
from gateway.web.router import Router

router = Router(prefix="/v1/statements", tags=["查询 Ask"])
BySignatory = Annotated[UnitOfWork, Depends(working("records"), scope="function")]
Named = Annotated[str, Path(max_length=7, description="月份，如 2026-10 A month that is over.")]


@router.get("", summary="月度清单 Monthly statements")
async def list_all(work: BySignatory) -> dict[str, Any]:
    """Return the statements that were made for the signatory's enterprise, newest first, without their questions."""
    return {"statements": [statement_document(row, whole=False) for row in await list_statements(work)]}


@router.get("/{month}", summary="某月清单 One month's statement")
async def show(month: Named, work: BySignatory) -> dict[str, Any]:
    """Return who asked about the enterprise in a month that is over, denied questions too; signed over its digest.

    Made at the beginning of the next month, or now where it was not.
    """
    return statement_document(await get_statement(work, month), whole=True)


@router.get("/{month}/csv", summary="某月清单的表格 The statement as a table", response_class=Response)
async def table(month: Named, work: BySignatory) -> Response:
    """Return it as a table for spreadsheets."""
    return file_of(await get_statement(work, month), "csv")


@router.get("/{month}/pdf", summary="某月清单的打印件 The statement to print", response_class=Response)
async def print_out(month: Named, work: BySignatory) -> Response:
    """Return it to print."""
    return file_of(await get_statement(work, month), "pdf")
