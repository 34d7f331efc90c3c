"""What questions cost, over HTTP: to whoever asks them, and to operators and auditors."""

from typing import Annotated, Any

from fastapi import Depends

from gateway.identity.caller import working
from gateway.quota.costs import list_costs
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1")
Asking = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]
Seeing = Annotated[UnitOfWork, Depends(working("admin", "audit"), scope="function")]


@router.get("/quota/costs", summary="产品成本 What questions cost", tags=["查询 Ask"])
async def for_accounts(work: Asking) -> dict[str, Any]:
    """Return what a question of each product costs, in units: in force, to come, and what was."""
    return {"costs": await list_costs(work)}


@router.get("/admin/quota/costs", summary="产品成本 What questions cost", tags=["管理 Administration"])
async def for_administrators(work: Seeing) -> dict[str, Any]:
    """Return the same; it is changed with the action `quota.cost`, which takes two people."""
    return {"costs": await list_costs(work)}
