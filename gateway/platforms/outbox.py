"""Sending, first half: deliveries and their jobs, written in the transaction of what is being told.

One statement for each table, whatever the number of deliveries; each delivery's entry names who caused it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from audit.events import Event
from gateway.platforms.messages import items_digest, sign_message
from gateway.runtime.actor import Actor
from gateway.runtime.database import raw
from gateway.runtime.work import UnitOfWork
from signing.canonical import sha256_hex

_RECEIVERS = text("SELECT peer_id FROM peer WHERE role = :role AND status = 'active' ORDER BY peer_id")
_ADD = text("""
    INSERT INTO delivery (delivery_id, kind, peer_id, exchange, message, items_digest, state, attempts, created_at,
                          event_id)
    SELECT id, :kind, peer, exchange, message, items, 'pending', 0, :now, entry
    FROM unnest(CAST(:ids AS uuid[]), CAST(:peers AS text[]), CAST(:exchanges AS uuid[]), CAST(:messages AS text[]),
                CAST(:items AS text[]), CAST(:entries AS uuid[])) AS m (id, peer, exchange, message, items, entry)
""")


@dataclass(frozen=True)
class Told:
    """What platforms are told at once: items, under the exchange they stay under all along the chain, and by whom."""

    actor: Actor
    items: Sequence[Mapping[str, Any]]
    exchange: UUID


@dataclass(frozen=True)
class NewDelivery:
    """A delivery to be queued: its id, the platform, what it is told and how, and its entry."""

    delivery_id: UUID
    peer: str
    exchange: UUID
    message: str
    items: str
    entry: tuple[UUID, Event, datetime]


async def deliver(
    work: UnitOfWork, *, kind: str, role: str, items: Sequence[Mapping[str, Any]], exchange: UUID
) -> list[UUID]:
    """Queue one delivery to every active platform of a role and return their ids; commits with the caller.

    Each is an event, with digests of what is told.
    """
    receivers = await find_receivers(work.session, role)
    return await deliver_all(work, receivers, kind=kind, told=[Told(work.actor, items, exchange)])


async def find_receivers(session: AsyncSession, role: str) -> Sequence[str]:
    """Return the active platforms of a role."""
    return (await session.execute(_RECEIVERS, {"role": role})).scalars().all()


async def deliver_all(work: UnitOfWork, receivers: Sequence[str], *, kind: str, told: Sequence[Told]) -> list[UUID]:
    """Queue a delivery of each thing told to each of these platforms, as `deliver` does."""
    deliveries = make_deliveries(work, receivers, kind=kind, told=told)
    await work.recorder.record_all(work.session, [one.entry for one in deliveries])
    await queue_deliveries(work, kind, deliveries)
    return [one.delivery_id for one in deliveries]


def make_deliveries(
    work: UnitOfWork, receivers: Sequence[str], *, kind: str, told: Sequence[Told]
) -> list[NewDelivery]:
    """Sign what each platform is told, and make its entry: to be recorded by the caller, who may have more to record
    in that statement, before it is queued.
    """
    return [_made(work, peer, kind, one, items_digest(one.items)) for one in told for peer in receivers]


async def queue_deliveries(work: UnitOfWork, kind: str, deliveries: Sequence[NewDelivery]) -> None:
    """Queue deliveries whose entries were recorded, with their jobs."""
    if not deliveries:
        return
    from gateway.platforms.queue import enqueue

    ids = [one.delivery_id for one in deliveries]
    columns = {
        "ids": ids, "peers": [one.peer for one in deliveries],
        "exchanges": [one.exchange for one in deliveries], "messages": [one.message for one in deliveries],
        "items": [one.items for one in deliveries], "entries": [one.entry[0] for one in deliveries],
    }  # fmt: skip
    await work.session.execute(_ADD, {"kind": kind, "now": work.now, **columns})
    await enqueue(await raw(work.session), ids)


def _made(work: UnitOfWork, peer: str, kind: str, told: Told, digest: str) -> NewDelivery:
    delivery = uuid7()
    message = sign_message(
        work.keys.signing("delivery"), delivery=delivery, exchange=told.exchange, kind=kind, issuer=work.issuer,
        items=told.items, now=work.now,
    )  # fmt: skip
    payload = {
        "delivery": str(delivery), "peer": peer, "kind": kind, "message": sha256_hex(message.encode()), "items": digest,
    }  # fmt: skip
    event = replace(work, actor=told.actor).event("delivery.queued", payload, outcome="pending", exchange=told.exchange)
    return NewDelivery(delivery, peer, told.exchange, message, digest, (uuid7(), event, work.now))
