"""Held deliveries: kept aside as they came, until a person accepts or discards them, or nobody did in time.

1. Hold: the bytes go to the spool first, then the row and its event; the same delivery sent again is the same one.
2. Accept: the bytes are taken in without being judged; the decision joins the batch's transaction.
3. Discard, or expire: the decision is recorded, then the bytes are deleted. A sweep deletes what a crash left over.
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from audit.events import Event
from connectors.model.datasets import Dataset
from connectors.quality.drift import Finding
from gateway.gateway import Gateway
from gateway.intake.held_files import keep_sealed
from gateway.quality.tables import HeldDelivery
from gateway.runtime.errors import GatewayError

KEPT_DAYS = 30
ORPHAN_SECONDS = 3600
_LOCK = text("SELECT pg_advisory_xact_lock(7136, hashtext(:sender))")
_SAME = text("""
    SELECT held_id FROM held_delivery
    WHERE (agency, dataset, sender_batch, digest) = (:agency, :dataset, :sender, :digest) AND status = 'waiting'
""")
_DECIDE = text("""
    UPDATE held_delivery SET status = :status, decided_by = :actor, decided_at = :now, batch_id = :batch,
        event_id = :event WHERE held_id = :held AND status = 'waiting' RETURNING held_id
""")
_EXPIRED = text("""
    SELECT held_id FROM held_delivery WHERE status = 'waiting' AND expires_at <= :now FOR UPDATE SKIP LOCKED
""")
_WAITING = text("SELECT held_id FROM held_delivery WHERE status = 'waiting'")


class HeldError(GatewayError):
    """The delivery is held: a person has to look at it."""

    def __init__(self, held: HeldDelivery) -> None:
        zh = "；".join(finding["zh"] for finding in held.findings)
        en = "; ".join(finding["en"] for finding in held.findings)
        super().__init__(
            f"报送暂存 {held.held_id}，未入库：{zh}。请经办人或平台接受或退回（xinqiao agency held accept|discard）"
            f" held, not taken in: {en}; a clerk of the agency or an operator accepts or discards it"
        )
        self.held = held


class HeldNotFoundError(GatewayError):
    """There is no such held delivery, or it is another agency's."""


class HeldDecidedError(GatewayError):
    """The held delivery has been decided on, or it expired."""


@dataclass(frozen=True)
class Parcel:
    """What is held: the sender's names for it, its digest, and the file its bytes stand in."""

    actor: str
    sender_batch: str
    way: str
    agency_signature: str | None
    digest: bytes
    file: Path


def held_file(gateway: Gateway, held_id: UUID) -> Path:
    """Return where a held delivery's bytes stand."""
    return gateway.settings.instance_home / "spool" / "held" / str(held_id)


async def hold(
    gateway: Gateway,
    dataset: Dataset,
    parcel: Parcel,
    findings: list[Finding],
    then: Callable[[AsyncSession], Any] | None,
) -> HeldDelivery:
    """Keep a delivery aside, and return it; `then` joins the transaction, since the delivery is settled with it."""
    held_id, now = uuid7(), datetime.now(UTC)
    kept = held_file(gateway, held_id)
    file_digest = await asyncio.to_thread(keep_sealed, gateway.keys.kek, held_id, parcel.file, kept)
    names = {"agency": dataset.agency, "dataset": dataset.dataset, "sender": parcel.sender_batch}
    async with gateway.database.begin("batch.hold") as session:
        await session.execute(_LOCK, names)
        same = (await session.execute(_SAME, {**names, "digest": parcel.digest})).scalar_one_or_none()
        held = await session.get(HeldDelivery, same) if same else None
        if held is None:
            payload = {**names, "held": str(held_id), "digest": parcel.digest.hex(), "findings": _kinds(findings)}
            event = Event("batch.held", parcel.actor, outcome="held", exchange=str(held_id), payload=payload)
            sent = {name: value for name, value in asdict(parcel).items() if name != "file"}
            held = HeldDelivery(
                held_id=held_id, agency=dataset.agency, dataset=dataset.dataset, **sent, file_digest=file_digest,
                findings=msgspec.to_builtins(findings), held_at=now, expires_at=now + timedelta(days=KEPT_DAYS),
                status="waiting", decided_by=None, decided_at=None, batch_id=None,
                event_id=await gateway.audit.record(session, event, now),
            )  # fmt: skip
            session.add(held)
        await session.flush()
        if then:
            await then(session)
    if same:
        kept.unlink(missing_ok=True)
    return held


async def get_held(session: AsyncSession, held_id: UUID, agency: str | None) -> HeldDelivery:
    """Return a held delivery, of this agency where one is named. Raises HeldNotFoundError."""
    held = await session.get(HeldDelivery, held_id)
    if held is None or agency not in {None, held.agency}:
        raise HeldNotFoundError(f"没有暂存报送 {held_id} there is no held delivery {held_id}")
    return held


async def decide_held(
    gateway: Gateway, session: AsyncSession, held_id: UUID, status: str, actor: str, batch_id: UUID | None = None
) -> None:
    """Record a decision in the caller's transaction. Raises HeldDecidedError where there was one before."""
    now = datetime.now(UTC)
    payload = {"held": str(held_id), "batch": str(batch_id) if batch_id else None}
    event = Event(f"held.{status}", actor, outcome=status, exchange=str(held_id), payload=payload)
    values = {"held": held_id, "status": status, "actor": actor, "now": now, "batch": batch_id}
    recorded = await gateway.audit.record(session, event, now)
    if (await session.execute(_DECIDE, {**values, "event": recorded})).scalar_one_or_none() is None:
        raise HeldDecidedError(f"暂存报送 {held_id} 已处理 the held delivery {held_id} was decided on before")


async def discard_held(gateway: Gateway, held_id: UUID, actor: str, agency: str | None = None) -> HeldDelivery:
    """Throw a held delivery away. Raises HeldNotFoundError, HeldDecidedError."""
    async with gateway.database.begin("held.discard") as session:
        held = await get_held(session, held_id, agency)
        await decide_held(gateway, session, held_id, "discarded", actor)
        await session.refresh(held)
    held_file(gateway, held_id).unlink(missing_ok=True)
    return held


async def expire_held(gateway: Gateway) -> None:
    """End what nobody decided on, and delete the bytes that no waiting delivery needs."""
    async with gateway.database.begin("held.expire") as session:
        for held_id in (await session.execute(_EXPIRED, {"now": datetime.now(UTC)})).scalars().all():
            await decide_held(gateway, session, held_id, "expired", "worker")
        waiting = {str(held_id) for held_id in (await session.execute(_WAITING)).scalars()}
    await asyncio.to_thread(_sweep, held_file(gateway, uuid7()).parent, waiting)


def _kinds(findings: list[Finding]) -> list[dict[str, str]]:
    return [{"kind": finding.kind, "column": finding.column} for finding in findings]


def _sweep(folder: Path, waiting: set[str]) -> None:
    old = datetime.now(UTC).timestamp() - ORPHAN_SECONDS
    for path in folder.glob("*"):
        if path.name not in waiting and path.stat().st_mtime < old:
            path.unlink(missing_ok=True)
