"""What the caller's institution owes for the answers it was given."""

from typing import Annotated, Any

from fastapi import Depends, Query

from gateway.identity.caller import working
from gateway.inquiries.obligations import list_owed, owed_document
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1/obligations", tags=["回流 Feedback"])
Reporting = Annotated[UnitOfWork, Depends(working("usage-results"), scope="function")]


@router.get("", summary="待报告的应答 What is owed")
async def obligations(work: Reporting, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> dict[str, Any]:
    """Return the answers whose use is still to be reported, those that are due first at first.

    What is reported leaves the list.
    """
    return owed_document(await list_owed(work, limit=limit), await database_now(work.session))
