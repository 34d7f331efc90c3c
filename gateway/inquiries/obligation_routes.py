"""What the caller's institution owes for the answers it was given, and its word that it has deleted them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from gateway.identity.caller import working
from gateway.inquiries.deletions import MOST_AT_ONCE, attest_deleted, attested_document, list_undeleted
from gateway.inquiries.obligations import list_owed, owed_document
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1/obligations", tags=["回流 Feedback"])
Reporting = Annotated[UnitOfWork, Depends(working("usage-results"), scope="function")]


class Deleted(BaseModel):
    """Answers whose data has been deleted."""

    model_config = ConfigDict(extra="forbid")

    inquiries: Annotated[
        list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE, description="应答的查询编号 Their ids.")
    ]


@router.get("", summary="待办义务 What is owed")
async def obligations(work: Reporting, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> dict[str, Any]:
    """Return the answers whose use is still to be reported (`reports`) and those whose data is still to be deleted
    (`deletions`), each by when it is due.

    What is reported, or said to be deleted, leaves its list.
    """
    reports, deletions = await list_owed(work, limit=limit), await list_undeleted(work, limit=limit)
    return owed_document(reports, deletions, await database_now(work.session))


@router.post("/deletions", summary="声明已删除 Attest deletion")
async def attest(told: Deleted, work: Reporting) -> dict[str, Any]:
    """Take the institution's word that it has deleted these answers, all or none: each has its entry in the log.

    The same again changes nothing. What is deleted is not given again.
    """
    return {"deleted": [attested_document(one) for one in await attest_deleted(work, told.inquiries)]}
