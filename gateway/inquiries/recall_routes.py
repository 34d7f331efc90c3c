"""What the caller's institution is told of records behind earlier answers that were taken back."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query

from gateway.identity.caller import working
from gateway.inquiries.recalls import list_recalls, recall_document
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1/recalls", tags=["查询 Ask"])
Reading = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]


@router.get("", summary="召回通知 Recall notices")
async def recalls(
    work: Reading,
    before: Annotated[UUID | None, Query(description="翻页 Those before this one; `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Return the answers that rest on a record which was repaired, annulled or withdrawn since, newest notice first.

    Which record it was is not told: ask again, and the answer is without it.
    """
    rows = await list_recalls(work, limit=limit, before=before)
    return {
        "recalls": [recall_document(row) for row in rows],
        "next": str(rows[-1].recall_id) if len(rows) == limit else None,
    }
