"""Duty bases over HTTP: an institution reads its own, operators and auditors those of all."""

from typing import Annotated, Any

from fastapi import Depends, Query

from gateway.identity.caller import working
from gateway.inquiries.bases.setting import list_duties
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["查询 Ask"])
Own = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]
Seeing = Annotated[UnitOfWork, Depends(working("admin", "audit"), scope="function")]
Whose = Annotated[str | None, Query(max_length=63, description="机构 Those of this institution.")]


@router.get("/duty-bases", summary="本机构的职责依据 Duties on which the institution may ask")
async def own(work: Own) -> dict[str, Any]:
    """Return the own institution's duty bases, those that have ended too; none for whoever is no government body."""
    return {"duties": await list_duties(work, work.actor.institution_id or "")}


@router.get("/admin/duty-bases", summary="各机构的职责依据 Duties of government bodies")
async def all_of_them(work: Seeing, institution: Whose = None) -> dict[str, Any]:
    """Return the duty bases of all institutions, or of one."""
    return {"duties": await list_duties(work, institution)}
