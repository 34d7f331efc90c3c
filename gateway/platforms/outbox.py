"""Sending, first half: the delivery and its job, written in the transaction of what is being told."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from gateway.platforms.messages import items_digest, sign_message
from gateway.platforms.tables import Delivery, Peer
from gateway.runtime.database import raw
from gateway.runtime.work import UnitOfWork
from signing.canonical import sha256_hex


async def deliver(
    work: UnitOfWork,
    *,
    kind: str,
    role: str,
    items: Sequence[Mapping[str, Any]],
    exchange: UUID,
) -> list[UUID]:
    """Queue one delivery to every active platform of a role and return their ids; commits with the caller.

    Each is an event, with digests of what is told.
    """
    return await deliver_to(work, await find_receivers(work.session, role), kind=kind, items=items, exchange=exchange)


async def find_receivers(session: AsyncSession, role: str) -> Sequence[Peer]:
    """Return the active platforms of a role."""
    peers = await session.execute(select(Peer).where(col(Peer.role) == role, col(Peer.status) == "active"))
    return peers.scalars().all()


async def deliver_to(
    work: UnitOfWork, receivers: Sequence[Peer], *, kind: str, items: Sequence[Mapping[str, Any]], exchange: UUID
) -> list[UUID]:
    """Queue one delivery to each of these platforms, as `deliver` does."""
    from gateway.platforms.queue import enqueue

    queued = []
    for peer in receivers:
        delivery, now = uuid7(), work.now
        message = sign_message(
            work.keys.signing("delivery"), delivery=delivery, exchange=exchange, kind=kind,
            issuer=work.issuer, items=items, now=now,
        )  # fmt: skip
        digest = items_digest(items)
        payload = {
            "delivery": str(delivery), "peer": peer.peer_id, "kind": kind, "message": sha256_hex(message.encode()),
            "items": digest,
        }  # fmt: skip
        entry = await work.record("delivery.queued", payload, outcome="pending", exchange=exchange)
        row = Delivery(
            delivery_id=delivery, kind=kind, peer_id=peer.peer_id, exchange=exchange, message=message,
            items_digest=digest, state="pending", attempts=0, last_fault=None, created_at=now,
            settled_at=None, receipt=None, onward_receipt=None, event_id=entry,
        )  # fmt: skip
        work.session.add(row)
        await work.session.flush()
        await enqueue(await raw(work.session), delivery)
        queued.append(delivery)
    return queued
