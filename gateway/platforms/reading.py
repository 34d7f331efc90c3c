"""What has arrived, what was sent on, and where each delivery stands, for those who may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func
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
    _demand_reader(work)
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


async def find_told(session: AsyncSession, exchange: UUID, kind: str) -> Sequence[Delivery]:
    """Return the deliveries of a kind under an exchange, the first one first."""
    query = select(Delivery).where(col(Delivery.exchange) == exchange, col(Delivery.kind) == kind)
    return (await session.execute(query.order_by(col(Delivery.delivery_id)))).scalars().all()


async def list_deliveries(
    work: UnitOfWork, limit: int, *, state: str = "", peer: str = "", kind: str = "", offset: int = 0
) -> Sequence[Delivery]:
    """Return the newest deliveries, in a state, to a platform or of a kind where asked, after `offset` newer ones.

    Raises DeniedError for whoever is no system administrator and no auditor.
    """
    _demand_reader(work)
    newest = select(Delivery).where(*_wanted(state, peer, kind)).order_by(col(Delivery.delivery_id).desc())
    return (await work.session.execute(newest.offset(offset).limit(limit))).scalars().all()


async def count_deliveries(work: UnitOfWork, *, state: str = "", peer: str = "", kind: str = "") -> int:
    """Return how many deliveries there are of those that list_deliveries lists."""
    query = select(func.count()).select_from(Delivery).where(*_wanted(state, peer, kind))
    number: int = (await work.session.execute(query)).scalar_one()
    return number


def _wanted(state: str, peer: str, kind: str) -> list[ColumnElement[bool]]:
    parts = (col(Delivery.state), state), (col(Delivery.peer_id), peer), (col(Delivery.kind), kind)
    return [column == value for column, value in parts if value]


def _demand_reader(work: UnitOfWork) -> None:
    if work.actor.kind not in READERS:
        raise DeniedError(
            "insufficient-scope", "只有系统管理员和审计员可以查看。Only system administrators and auditors read them."
        )


async def get_delivery(work: UnitOfWork, delivery_id: UUID) -> Delivery:
    """Return a delivery. Raises DeniedError where there is none, and for whoever may not read them."""
    _demand_reader(work)
    row = await work.session.get(Delivery, delivery_id)
    if row is None:
        raise DeniedError("delivery-not-found")
    return row


async def list_peers(work: UnitOfWork, limit: int) -> Sequence[Peer]:
    """Return the platforms that are known, by id. Raises DeniedError for whoever may not read them."""
    _demand_reader(work)
    return (await work.session.execute(select(Peer).order_by(col(Peer.peer_id)).limit(limit))).scalars().all()
