"""What was sent to platforms, over HTTP: where each delivery stands, and trying one again."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query

from gateway.identity.caller import working
from gateway.platforms.reading import get_delivery, list_deliveries
from gateway.platforms.retrying import retry_delivery
from gateway.platforms.tables import Delivery
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1/admin/deliveries", tags=["管理 Administration"])
Reading = Annotated[UnitOfWork, Depends(working("system", "audit"), scope="function")]
Running = Annotated[UnitOfWork, Depends(working("system"), scope="function")]


@router.get("", summary="对外报送 Deliveries to platforms")
async def deliveries(
    work: Reading,
    state: Literal["", "pending", "acknowledged", "confirmed", "refused"] = "",
    peer: Annotated[str, Query(max_length=63, description="平台编号 The platform's id.")] = "",
    kind: Literal["", "usage-results", "evaluations", "case-transfers"] = "",
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Return deliveries, newest first: where each stands, how often it was tried, and what last went wrong."""
    rows = await list_deliveries(work, limit, state=state, peer=peer, kind=kind, offset=offset)
    return {"deliveries": [delivery_document(row) for row in rows]}


@router.get("/{delivery_id}", summary="一次对外报送 One delivery")
async def delivery(delivery_id: UUID, work: Reading) -> dict[str, Any]:
    """Return one delivery with its receipts."""
    row = await get_delivery(work, delivery_id)
    return {**delivery_document(row), "receipt": row.receipt, "onward_receipt": row.onward_receipt}


@router.post("/{delivery_id}/retry", summary="重报 Try a delivery again")
async def retry(delivery_id: UUID, work: Running) -> dict[str, Any]:
    """Try a delivery again at once that was refused, or that waits for its turn."""
    return delivery_document(await retry_delivery(work, delivery_id))


def delivery_document(row: Delivery) -> dict[str, Any]:
    """Return a delivery as the interface shows it."""
    return {
        "delivery": str(row.delivery_id), "kind": row.kind, "peer": row.peer_id, "state": row.state,
        "attempts": row.attempts, "last_fault": row.last_fault, "created_at": row.created_at.isoformat(),
        "settled_at": row.settled_at.isoformat() if row.settled_at else None, "exchange": str(row.exchange),
        "entry": str(row.event_id),
    }  # fmt: skip
