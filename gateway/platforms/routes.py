"""A platform's side: taking deliveries in, telling their receipts, and reading what has arrived."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from gateway.identity.caller import working
from gateway.platforms.reading import get_receipts, read_received
from gateway.platforms.receiving import passes_on, receive
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import TheSettings
from gateway.web.router import Router
from signing.jws import MAX_STATEMENT_BYTES, payload_of

router = Router(prefix="/v1", tags=["回流 Feedback"])
Sending = Annotated[UnitOfWork, Depends(working("deliveries"), scope="function")]
Reading = Annotated[UnitOfWork, Depends(working("system", "audit"), scope="function")]
LARGEST_MESSAGE = 2 * MAX_STATEMENT_BYTES


class Delivered(BaseModel):
    """A signed message (docs/deliveries.md)."""

    model_config = ConfigDict(extra="forbid")

    message: Annotated[str, Field(max_length=LARGEST_MESSAGE, description="JWS, xinqiao-delivery+jws.")]


@router.post("/deliveries", max_body_size=LARGEST_MESSAGE + 1024, summary="接收报送 Take a delivery in")
async def take_in(delivered: Delivered, settings: TheSettings, work: Sending) -> dict[str, Any]:
    """Store the message and return its signed receipt; sent again, the same receipt."""
    received = await receive(work, settings.role, delivered.message)
    return {"receipt": received.receipt, "onward_expected": passes_on(settings.role, received.kind)}


@router.get("/deliveries/{delivery_id}", summary="查询回执 Receipts of a delivery")
async def show(delivery_id: UUID, settings: TheSettings, work: Sending) -> dict[str, Any]:
    """Return the receipt and, once it is there, that of the platform the message was passed on to."""
    found = await get_receipts(work, delivery_id)
    return {
        "receipt": found.received.receipt,
        "onward_expected": passes_on(settings.role, found.received.kind),
        "onward": found.onward.receipt if found.onward else None,
    }


@router.get("/received", summary="已接收的报送 What has arrived")
async def received_items(
    work: Reading,
    kind: Literal["usage-results", "evaluations", "case-transfers"],
    subject: Annotated[str | None, Query(max_length=18)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Return the newest messages of a kind, of one subject (USCC) where asked."""
    rows = await read_received(work, kind, subject, limit)
    return {
        "received": [
            {
                "sender": row.sender, "delivery": str(row.delivery_id), "exchange": str(row.exchange),
                "received_at": row.received_at.isoformat(), "items": payload_of(row.message)["items"],
                "message": row.message, "receipt": row.receipt, "entry": str(row.event_id),
            }
            for row in rows
        ]
    }  # fmt: skip
