"""Receiving: a message verified, stored and acknowledged in one transaction; passed on to the province by the city."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from audit.events import Event
from gateway.gateway import Gateway
from gateway.identity.clients.client_keys import current_keys
from gateway.platforms.messages import read_message, sign_receipt
from gateway.platforms.outbox import deliver
from gateway.platforms.tables import Delivery, Received
from gateway.runtime.actor import Actor
from gateway.runtime.errors import GatewayError
from signing.canonical import sha256_hex


class DeliveryConflictError(GatewayError):
    """The delivery id was used for another message."""


async def receive(gateway: Gateway, session: AsyncSession, sender: Actor, text: str) -> Received:
    """Take a message in, or return what a repeated one already is. Raises MessageError, DeliveryConflictError."""
    message = read_message(text, await current_keys(session, sender.client_id))
    digest = bytes.fromhex(sha256_hex(text.encode()))
    known = await session.get(Received, (sender.client_id, message.delivery))
    if known is not None:
        if known.digest != digest:
            raise DeliveryConflictError
        return known
    now, entry = datetime.now(UTC), uuid7()
    receipt = sign_receipt(gateway.keys.signing("delivery"), message, text, gateway.settings.issuer, entry, now)
    subjects = sorted({str(item["subject"]) for item in message.items})
    payload = {
        "sender": sender.client_id, "delivery": str(message.delivery), "kind": message.kind,
        "message": digest.hex(), "receipt": sha256_hex(receipt.encode()), "items": len(message.items),
    }  # fmt: skip
    event = Event(
        "delivery.received", sender.client_id, outcome="received", exchange=str(message.exchange), payload=payload
    )
    await gateway.audit.record(session, event, now, entry)
    row = Received(
        sender=sender.client_id, delivery_id=message.delivery, exchange=message.exchange, kind=message.kind,
        digest=digest, message=text, receipt=receipt, subjects=subjects, received_at=now, event_id=entry,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    if passes_on(gateway, message.kind):
        await deliver(
            gateway, session, kind=message.kind, role="province", items=message.items, exchange=message.exchange,
            event_id=entry,
        )  # fmt: skip
    return row


async def find_onward(session: AsyncSession, received: Received) -> Delivery | None:
    """Return the delivery that passed a message on."""
    query = select(Delivery).where(col(Delivery.exchange) == received.exchange, col(Delivery.kind) == received.kind)
    return (await session.execute(query.limit(1))).scalar_one_or_none()


def passes_on(gateway: Gateway, kind: str) -> bool:
    """Tell whether messages of a kind go on from here: usage results do, from the city to the province."""
    return gateway.settings.role == "city-platform" and kind == "usage-results"
