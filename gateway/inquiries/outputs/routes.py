"""Output policies over HTTP: an institution reads its own, operators and auditors those of all."""

from typing import Annotated, Any

from fastapi import Depends, Query

from gateway.identity.caller import working
from gateway.inquiries.outputs.setting import list_policies
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["查询 Ask"])
Own = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]
Seeing = Annotated[UnitOfWork, Depends(working("admin", "audit"), scope="function")]
Whose = Annotated[str | None, Query(max_length=63, description="机构 Those of this institution.")]


@router.get("/output-policies", summary="本机构的输出规则 What the institution is shown")
async def own(work: Own) -> dict[str, Any]:
    """Return every version of the own institution's policies; for a product without one everything is shown."""
    return {"policies": await list_policies(work, work.actor.institution_id or "")}


@router.get("/admin/output-policies", summary="各机构的输出规则 What institutions are shown")
async def all_of_them(work: Seeing, institution: Whose = None) -> dict[str, Any]:
    """Return every version of the policies of all institutions, or of one."""
    return {"policies": await list_policies(work, institution)}
