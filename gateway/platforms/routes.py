"""A platform's side: taking deliveries in, telling their receipts, and reading what has arrived."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from gateway.identity.caller import require
from gateway.platforms.messages import MessageError
from gateway.platforms.receiving import DeliveryConflictError, find_onward, passes_on, receive
from gateway.platforms.tables import Received
from gateway.runtime.actor import Actor
from gateway.web.dependencies import Gw, Transaction
from gateway.web.problems import ProblemError
from signing.jws import MAX_STATEMENT_BYTES, payload_of

router = APIRouter(prefix="/v1", tags=["feed back 回流"])
Sender = Annotated[Actor, Depends(require("deliveries"), scope="function")]
Reader = Annotated[Actor, Depends(require("admin", "audit"), scope="function")]


class Delivered(BaseModel):
    """A signed message (docs/deliveries.md)."""

    model_config = ConfigDict(extra="forbid")

    message: Annotated[str, Field(max_length=2 * MAX_STATEMENT_BYTES, description="JWS, xinqiao-delivery+jws.")]


@router.post("/deliveries", summary="Take a delivery in 接收报送")
async def take_in(delivered: Delivered, gateway: Gw, session: Transaction, sender: Sender) -> dict[str, Any]:
    """Store the message and return its signed receipt; sent again, the same receipt."""
    try:
        received = await receive(gateway, session, sender, delivered.message)
    except MessageError as fault:
        raise ProblemError("message-invalid", 400, str(fault)) from fault
    except DeliveryConflictError as fault:
        raise ProblemError("delivery-conflict", 409, str(fault)) from fault
    return {"receipt": received.receipt, "onward_expected": passes_on(gateway, received.kind)}


@router.get("/deliveries/{delivery_id}", summary="Receipts of a delivery 查询回执")
async def show(delivery_id: UUID, gateway: Gw, session: Transaction, sender: Sender) -> dict[str, Any]:
    """Return the receipt and, once it is there, that of the platform the message was passed on to."""
    received = await session.get(Received, (sender.client_id, delivery_id))
    if received is None:
        raise ProblemError("delivery-not-found", 404, "You made no such delivery here 没有此报送。")
    onward = await find_onward(session, received)
    return {
        "receipt": received.receipt,
        "onward_expected": passes_on(gateway, received.kind),
        "onward": onward.receipt if onward else None,
    }


@router.get("/received", summary="What has arrived 已接收的报送")
async def received_items(
    session: Transaction,
    _reader: Reader,
    kind: Literal["usage-results", "evaluations"],
    subject: Annotated[str | None, Query(max_length=18)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Return the newest messages of a kind, of one subject (USCC) where asked."""
    query = select(Received).where(col(Received.kind) == kind)
    if subject is not None:
        query = query.where(col(Received.subjects).contains([subject]))
    rows = (await session.execute(query.order_by(col(Received.received_at).desc()).limit(limit))).scalars()
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
