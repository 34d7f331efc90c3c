"""Taking a delivery in: verified, mapped, merged, sealed and recorded in one transaction, or refused whole.

1. A delivery is known by agency, dataset and the sender's batch id; same id and bytes, same batch (design §6).
2. Corrected rows are read out of their workbook; any other delivery is judged by its columns.
3. Map, quarantine, merge and seal; judge the values; record the event; store the batch. One commit.
4. A delivery refused as a whole leaves an event of its own, and nothing else; one unlike those before it is held.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from audit.events import Event
from connectors.decoding.corrections import CorrectionError, find_batch_of
from connectors.decoding.decode import Table
from connectors.decoding.layout import Layout, lay_out
from connectors.errors import ConnectorError
from connectors.model.datasets import Dataset
from connectors.model.statements import STATEMENT_TYPE
from connectors.quality.profile import Profiler
from connectors.store.ingest import Delivery, Look, Summary, ingest
from connectors.store.tables import Batch
from gateway.gateway import Gateway
from gateway.intake.corrections import find_first, find_same, read_corrected, settle
from gateway.intake.held import HeldError, Parcel, hold
from gateway.quality.history import keep_layout, keep_profile, profile_batch, profile_of
from gateway.quality.judging import DriftError, judge_layout, judge_profile
from gateway.runtime.database import raw
from gateway.runtime.errors import GatewayError
from signing.canonical import sha256_hex
from signing.jws import sign_jws

_SAME = text("SELECT batch_id, digest FROM batch WHERE (agency, dataset, sender_batch) = (:agency, :dataset, :sender)")
Progress = Callable[[int], None]
MOST_ATTEMPTS = 4


class BatchConflictError(GatewayError):
    """The batch id was used for other content: give the corrected file a new id."""


@dataclass(frozen=True)
class Sender:
    """Who delivers: the client or command that acts, its own batch id, the way in, and its signature if any.

    `corrects` names the batch whose refused rows come back corrected.
    """

    actor: str
    sender_batch: str
    way: str
    signature: str | None = None
    corrects: UUID | None = None


async def take_in(
    gateway: Gateway,
    sender: Sender,
    dataset: Dataset,
    digest: bytes,
    read: Callable[[], Table],
    *,
    progress: Progress = lambda _rows: None,
    then: Callable[[AsyncSession], Any] | None = None,
    file: Path | None = None,
    accepted: bool = False,
) -> tuple[Batch, bool]:
    """Take a delivery in and return its batch, and whether it was new.

    `read` starts reading it; `then` joins the transaction (a watermark). `file` holds its bytes: with it, a delivery
    unlike those before it is held (HeldError), without it refused; a person `accepted` one that was held.
    Raises BatchConflictError for other bytes under a known id, ConnectorError for a delivery that is not as agreed.
    """
    for attempt in range(1, MOST_ATTEMPTS + 1):
        try:
            return await _take_in(
                gateway, sender, dataset, digest, read, progress=progress, then=then, file=file, accepted=accepted
            )
        except (psycopg.errors.DeadlockDetected, OperationalError) as fault:
            # Two deliveries that name the same parties for the first time may wait for each other: one starts anew.
            if attempt == MOST_ATTEMPTS or not _is_deadlock(fault):
                raise
    raise AssertionError  # the last attempt returned or raised


def _is_deadlock(fault: Exception) -> bool:
    return isinstance(getattr(fault, "orig", fault), psycopg.errors.DeadlockDetected)


async def _take_in(
    gateway: Gateway,
    sender: Sender,
    dataset: Dataset,
    digest: bytes,
    read: Callable[[], Table],
    *,
    progress: Progress,
    then: Callable[[AsyncSession], Any] | None,
    file: Path | None,
    accepted: bool,
) -> tuple[Batch, bool]:
    try:
        async with gateway.database.begin("batch.take-in") as session:
            if known := await find_batch(session, sender, dataset, digest):
                return known, False
            table = await asyncio.to_thread(read)
            if sender.corrects:
                batch = await _store_corrections(gateway, session, sender, dataset, digest, table, file, progress)
            else:
                batch = await _store_judged(
                    gateway, session, sender, dataset, digest, table, progress, accepted=accepted
                )
            if then:
                await then(session)
            return batch, True
    except IntegrityError:  # the same delivery arrived twice at once: the other one has been stored
        async with gateway.database.begin("batch.find") as session:
            if known := await find_batch(session, sender, dataset, digest):
                return known, False
        raise
    except ConnectorError as fault:
        if isinstance(fault, DriftError) and file is not None:
            parcel = Parcel(sender.actor, sender.sender_batch, sender.way, sender.signature, digest, file)
            raise HeldError(await hold(gateway, dataset, parcel, fault.findings, then)) from fault
        await _record_refusal(gateway, sender, dataset, digest, fault)
        raise


async def find_batch(session: AsyncSession, sender: Sender, dataset: Dataset, digest: bytes) -> Batch | None:
    """Return the batch this delivery already is. Raises BatchConflictError where its id stands for other bytes."""
    names = {"agency": dataset.agency, "dataset": dataset.dataset, "sender": sender.sender_batch}
    row = (await session.execute(_SAME, names)).one_or_none()
    if row is None:
        first = await find_first(session, dataset, sender.corrects) if sender.corrects else None
        return await find_same(session, first, digest) if first else None
    if row.digest != digest:
        raise BatchConflictError(
            f"批次号 {sender.sender_batch} 已用于其他内容，请换新批次号 this batch id was used for other content: "
            "give the corrected delivery a new one"
        )
    return await session.get(Batch, row.batch_id)


async def _store_judged(
    gateway: Gateway,
    session: AsyncSession,
    sender: Sender,
    dataset: Dataset,
    digest: bytes,
    table: Table,
    progress: Progress,
    *,
    accepted: bool,
) -> Batch:
    """Store a delivery that looks like those before it, or was `accepted`. Raises DriftError, MalformedError."""
    if find_batch_of(table.header):
        raise CorrectionError(
            "这是问题数据表：更正后请注明所更正的批次（Corrects） these are refused rows: name the batch they correct"
        )
    layout = await asyncio.to_thread(lay_out, dataset, table)
    binding, profiler = layout.binding, Profiler(dataset)
    if not accepted:
        await judge_layout(session, binding, table.encoding)
    delivery, now = Delivery(uuid7(), dataset, sender.sender_batch, digest), datetime.now(UTC)
    summary = await _ingest(gateway, session, delivery, layout, now, progress, profiler.add)
    profile = await profile_batch(session, binding, delivery.batch_id, summary, profiler)
    if not accepted:
        await judge_profile(session, binding, profile_of(summary, profile))
    kept = await keep_layout(session, binding, now)
    batch = await _add(gateway, session, sender, delivery, summary, now, layout_id=kept)
    await keep_profile(session, batch.batch_id, profile)
    return batch


async def _store_corrections(
    gateway: Gateway,
    session: AsyncSession,
    sender: Sender,
    dataset: Dataset,
    digest: bytes,
    table: Table,
    file: Path | None,
    progress: Progress,
) -> Batch:
    """Store the corrected rows of an earlier batch. Raises CorrectionError, MalformedError."""
    first = await find_first(session, dataset, sender.corrects or UUID(int=0))
    rows = await read_corrected(session, dataset, first, table, file)
    delivery, now = Delivery(uuid7(), dataset, sender.sender_batch, digest), datetime.now(UTC)
    layout = await asyncio.to_thread(lay_out, dataset, rows.table)
    summary = await _ingest(gateway, session, delivery, layout, now, progress, lambda _records: None)
    batch = await _add(gateway, session, sender, delivery, summary, now, corrects=first)
    await settle(session, first, delivery.batch_id, rows.taken)
    return batch


async def _ingest(
    gateway: Gateway,
    session: AsyncSession,
    delivery: Delivery,
    layout: Layout,
    now: datetime,
    progress: Progress,
    look: Look,
) -> Summary:
    def seal(statement: Mapping[str, object]) -> str:
        return sign_jws(statement, gateway.keys.signing("batch"), STATEMENT_TYPE)

    return await ingest(
        session, await raw(session), delivery, layout, seal=seal, now=now, progress=progress,
        protector=gateway.protector, look=look,
    )  # fmt: skip


async def _add(
    gateway: Gateway,
    session: AsyncSession,
    sender: Sender,
    delivery: Delivery,
    summary: Summary,
    now: datetime,
    *,
    corrects: UUID | None = None,
    layout_id: bytes | None = None,
) -> Batch:
    """Record the event and add the batch."""
    payload = _payload(delivery, sender, summary) | ({"corrects": str(corrects)} if corrects else {})
    event = Event("batch.sealed", sender.actor, outcome="stored", exchange=str(delivery.batch_id), payload=payload)
    counts, dataset = summary.counts(), delivery.dataset
    batch = Batch(
        batch_id=delivery.batch_id, agency=dataset.agency, dataset=dataset.dataset, sender_batch=sender.sender_batch,
        digest=delivery.digest, way=sender.way, received_at=now, row_count=counts.pop("rows"), **counts,
        reasons=summary.reasons, statement=summary.statement, agency_signature=sender.signature,
        mapping=summary.mapping, corrects=corrects, layout_id=layout_id,
        event_id=await gateway.audit.record(session, event, now),
    )  # fmt: skip
    session.add(batch)
    await session.flush()
    return batch


def _payload(delivery: Delivery, sender: Sender, summary: Summary) -> dict[str, object]:
    return {
        "batch": str(delivery.batch_id),
        "agency": delivery.dataset.agency,
        "dataset": delivery.dataset.dataset,
        "sender_batch": sender.sender_batch,
        "way": sender.way,
        "digest": delivery.digest.hex(),
        "root": summary.root,
        "statement": sha256_hex(summary.statement.encode()),
        "resolved_earlier": summary.resolved_earlier,
        **summary.counts(),
    }


async def _record_refusal(
    gateway: Gateway, sender: Sender, dataset: Dataset, digest: bytes, fault: ConnectorError
) -> None:
    payload = {"dataset": dataset.dataset, "sender_batch": sender.sender_batch, "digest": digest.hex()}
    async with gateway.database.begin("batch.refuse") as session:
        await gateway.audit.record(
            session, Event("batch.refused", sender.actor, outcome=type(fault).__name__, payload=payload)
        )


def digest_of(path: Path) -> bytes:
    """Return SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
