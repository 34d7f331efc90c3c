"""Operations: is the process alive, and can it work."""

from typing import Annotated

from fastapi import Depends
from fastapi.responses import JSONResponse

from gateway.telemetry.shared_look import SharedLook
from gateway.web.dependencies import part
from gateway.web.router import Router

router = Router(tags=["运行 Operation"])
_CHECKS = {"database": {"ok": False, "seen": "数据库没有应答 the database does not answer"}}
_NOT_READY = {"application/json": {"schema": {"type": "object"}, "example": {"status": "not ready", "checks": _CHECKS}}}


@router.head("/livez", include_in_schema=False)
@router.get("/livez", summary="进程是否存活 Is the process alive?")
async def live() -> dict[str, str]:
    """Answer without touching the database: a failed answer means restart me."""
    return {"status": "ok"}


@router.head("/readyz", include_in_schema=False)
@router.get(
    "/readyz",
    summary="是否就绪 Can it do its work?",
    responses={
        503: {"description": "没有就绪，`checks` 说明原因。Not ready; `checks` says why.", "content": _NOT_READY}
    },
)
async def ready(look: Annotated[SharedLook, Depends(part("look"))]) -> JSONResponse:
    """Check disk, database, schema, keys, partitions, the audit log's lag and the worker's steps.

    Many who ask at once share one look. 503 means: send me no traffic. A step of the worker that fails is named, and
    the answer is 200 all the same.
    """
    findings = await look.findings()
    ready = all(finding.ok for finding in findings if finding.needed)
    body = {
        "status": "not ready" if not ready else "ok" if all(finding.ok for finding in findings) else "degraded",
        "checks": {finding.name: {"ok": finding.ok, "seen": finding.seen} for finding in findings},
    }
    return JSONResponse(body, status_code=200 if ready else 503)
