"""Sources over HTTP: how each is doing. They are added at the instance's machine."""

from typing import Annotated, Any

from fastapi import Depends

from connectors.sources.schedule import list_sources
from gateway.identity.caller import working
from gateway.runtime.work import UnitOfWork
from gateway.sources.documents import source_document
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["来源 Sources"])
Overseeing = Annotated[UnitOfWork, Depends(working("system", "audit"), scope="function")]


@router.get("/sources", summary="来源列表 Sources read on a schedule")
async def sources(work: Overseeing) -> dict[str, Any]:
    """Return every source by its id: progress, faults, refusals, and how many rows its reads passed over, and why."""
    return {"sources": [{"source": row.source_id, **source_document(row)} for row in await list_sources(work.session)]}
