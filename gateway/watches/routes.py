"""Releases of the risk watch over HTTP: for operators and auditors."""

from typing import Annotated, Any

from fastapi import Depends, Path

from gateway.identity.caller import working
from gateway.runtime.work import UnitOfWork
from gateway.watches.listing import list_watches, show_watch
from gateway.web.router import Router

router = Router(prefix="/v1/watches", tags=["风险监测 Risk watch"])
Seeing = Annotated[UnitOfWork, Depends(working("admin", "audit"), scope="function")]
Number = Annotated[int, Path(ge=0, le=2**31 - 1, description="第几次启用 Which; 0 is the shipped rules.")]


@router.get("", summary="监测规则与模型的各次启用 Releases of rules and models")
async def show(work: Seeing) -> dict[str, Any]:
    """Return every release, the newest first, and which rules and which model are in force."""
    return {"watches": await list_watches(work)}


@router.get("/{number}", summary="一次启用 A release")
async def show_one(work: Seeing, number: Number) -> dict[str, Any]:
    """Return a release with its text, and the back-test that it was tried by."""
    return await show_watch(work, number)
