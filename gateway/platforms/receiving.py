"""Receiving: a message verified, stored and acknowledged in one transaction; passed on to the province by the city."""

from uuid_utils.compat import uuid7

from gateway.identity.clients.client_keys import current_keys
from gateway.platforms.messages import MessageError, read_message, sign_receipt
from gateway.platforms.outbox import deliver
from gateway.platforms.tables import Received
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork
from signing.canonical import sha256_hex


async def receive(work: UnitOfWork, role: str, text: str) -> Received:
    """Take a message in as an instance of this role, or return what a repeated one already is.

    Raises DeniedError where the message is not sound, or its delivery id stood for another one.
    """
    session, sender = work.session, work.actor
    try:
        message = read_message(text, await current_keys(session, sender.client_id))
    except MessageError as fault:
        raise DeniedError("message-invalid", str(fault)) from fault
    digest = bytes.fromhex(sha256_hex(text.encode()))
    await take(session, Lock.NEW_ID, str(message.delivery))
    known = await session.get(Received, (sender.client_id, message.delivery))
    if known is not None:
        if known.digest != digest:
            raise DeniedError("delivery-conflict")
        return known
    entry = uuid7()
    receipt = sign_receipt(work.keys.signing("delivery"), message, text, work.issuer, entry, work.now)
    subjects = sorted({str(item["subject"]) for item in message.items})
    payload = {
        "sender": sender.client_id, "delivery": str(message.delivery), "kind": message.kind,
        "message": digest.hex(), "receipt": sha256_hex(receipt.encode()), "items": len(message.items),
    }  # fmt: skip
    await work.record("delivery.received", payload, outcome="received", exchange=message.exchange, event_id=entry)
    row = Received(
        sender=sender.client_id, delivery_id=message.delivery, exchange=message.exchange, kind=message.kind,
        digest=digest, message=text, receipt=receipt, subjects=subjects, received_at=work.now, event_id=entry,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    if passes_on(role, message.kind):
        await deliver(work, kind=message.kind, role="province", items=message.items, exchange=message.exchange)
    return row


def passes_on(role: str, kind: str) -> bool:
    """Tell whether messages of a kind go on from here: usage results do, from the city to the province."""
    return role == "city-platform" and kind == "usage-results"
