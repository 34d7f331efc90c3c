"""Cases of abnormal use over HTTP: all of them to those who oversee, to an institution its own."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query

from gateway.abnormal.cases import Status, case_document, list_cases
from gateway.abnormal.tables import AbnormalUse
from gateway.identity.caller import working
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1")
Overseeing = Annotated[UnitOfWork, Depends(working("admin", "audit"), scope="function")]
Account = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]
Before = Annotated[UUID | None, Query(description="翻页 Those before this one; `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("/admin/abnormal-uses", summary="异常使用案件 Cases of abnormal use", tags=["管理 Administration"])
async def cases(
    work: Overseeing, status: Status | None = None, before: Before = None, limit: Limit = 100
) -> dict[str, Any]:
    """Return cases, newest first: what was counted over which span, some of the inquiries, how each was decided."""
    return _page(await list_cases(work, status=status, before=before, limit=limit), limit)


@router.get("/abnormal-uses", summary="本机构的异常使用案件 Cases of the institution's own accounts", tags=["查询 Ask"])
async def own_cases(
    work: Account, status: Status | None = None, before: Before = None, limit: Limit = 100
) -> dict[str, Any]:
    """Return the cases of the caller's institution, newest first.

    A held account asks nothing until its case is decided: tell the operator what the inquiries were for.
    """
    return _page(await list_cases(work, status=status, before=before, limit=limit), limit)


def _page(rows: Sequence[AbnormalUse], limit: int) -> dict[str, Any]:
    following = str(rows[-1].case_id) if len(rows) == limit else None
    return {"cases": [case_document(row) for row in rows], "next": following}
