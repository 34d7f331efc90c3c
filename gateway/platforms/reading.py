"""What has arrived, what was sent on, and where each delivery stands, for those who may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.platforms.tables import Delivery, Peer, Received, UsageResult
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

READERS = frozenset({"system", "auditor", "machine"})


@dataclass(frozen=True)
class Receipts:
    """A message that was taken in, and the delivery that passed it on, where there is one."""

    received: Received
    onward: Delivery | None


async def get_receipts(work: UnitOfWork, delivery_id: UUID) -> Receipts:
    """Return a message the acting platform sent, with its receipts. Raises DeniedError for another's, and for none."""
    received = await work.session.get(Received, (work.actor.client_id, delivery_id))
    if received is None:
        raise DeniedError("delivery-not-found")
    query = select(Delivery).where(col(Delivery.exchange) == received.exchange, col(Delivery.kind) == received.kind)
    return Receipts(received, (await work.session.execute(query.limit(1))).scalar_one_or_none())


async def read_received(work: UnitOfWork, kind: str, uscc: str | None, limit: int) -> Sequence[Received]:
    """Return the newest messages of a kind, of one enterprise where asked; that they were read is recorded.

    Raises DeniedError for whoever is no system administrator and no auditor.
    """
    if work.actor.kind not in READERS:
        raise DeniedError(
            "insufficient-scope", "只有系统管理员和审计员可以查看。Only system administrators and auditors read them."
        )
    query = select(Received).where(col(Received.kind) == kind)
    if uscc is not None:
        query = query.where(col(Received.subjects).contains([uscc]))
    rows = (await work.session.execute(query.order_by(col(Received.received_at).desc()).limit(limit))).scalars().all()
    asked = {"enterprise": uscc} if uscc else {}
    await work.record("received.read", {"kind": kind, "found": len(rows), **asked}, outcome="read")
    return rows


async def find_sent(session: AsyncSession, results: Sequence[UsageResult]) -> Sequence[Delivery]:
    """Return the deliveries that tell of usage results."""
    query = select(Delivery).where(col(Delivery.exchange).in_([result.exchange for result in results]))
    return (await session.execute(query)).scalars().all()


async def list_deliveries(work: UnitOfWork, limit: int, *, state: str = "", peer: str = "") -> Sequence[Delivery]:
    """Return the newest deliveries, in a state or to a platform where asked: where each stands, what went wrong."""
    parts = (col(Delivery.state), state), (col(Delivery.peer_id), peer)
    wanted = [column == value for column, value in parts if value]
    query = select(Delivery).where(*wanted).order_by(col(Delivery.delivery_id).desc()).limit(limit)
    return (await work.session.execute(query)).scalars().all()


async def get_delivery(work: UnitOfWork, delivery_id: UUID) -> Delivery:
    """Return a delivery. Raises DeniedError where there is none."""
    row = await work.session.get(Delivery, delivery_id)
    if row is None:
        raise DeniedError("delivery-not-found")
    return row


async def list_peers(work: UnitOfWork, limit: int) -> Sequence[Peer]:
    """Return the platforms that are known, by id."""
    return (await work.session.execute(select(Peer).order_by(col(Peer.peer_id)).limit(limit))).scalars().all()
