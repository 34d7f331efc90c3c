"""Views over HTTP: an institution reads its own, operators and auditors those of all."""

from typing import Annotated, Any

from fastapi import Depends, Query

from gateway.identity.caller import working
from gateway.inquiries.views.setting import list_views
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["查询 Ask"])
Own = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]
Seeing = Annotated[UnitOfWork, Depends(working("admin", "audit"), scope="function")]
Whose = Annotated[str | None, Query(max_length=63, description="机构 Those of this institution.")]


@router.get("/data-views", summary="本机构的视图 Views of the institution")
async def own(work: Own) -> dict[str, Any]:
    """Return every version of the own institution's views: which tags and fields its model is given, for what."""
    return {"views": await list_views(work, work.actor.institution_id or "")}


@router.get("/admin/data-views", summary="各机构的视图 Views of all institutions")
async def all_of_them(work: Seeing, institution: Whose = None) -> dict[str, Any]:
    """Return every version of the views of all institutions, or of one."""
    return {"views": await list_views(work, institution)}
