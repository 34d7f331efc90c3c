"""Taking a delivery in: verified, mapped, merged, sealed and recorded in one transaction, or refused whole.

1. A delivery is known by agency, dataset and the sender's batch id; same id and bytes, same batch (design §6).
2. Map, quarantine, merge and seal; record the event; store the batch. One commit.
3. A delivery refused as a whole leaves an event of its own, and nothing else.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from audit.events import Event
from connectors.datasets import Dataset
from connectors.decode import Table
from connectors.errors import ConnectorError
from connectors.ingest import STATEMENT_TYPE, Delivery, Summary, ingest
from connectors.tables import Batch
from gateway.database import raw
from gateway.errors import GatewayError
from gateway.state import Gateway
from signing.canonical import sha256_hex
from signing.jws import sign_jws

_SAME = text("SELECT batch_id, digest FROM batch WHERE (agency, dataset, sender_batch) = (:agency, :dataset, :sender)")
Progress = Callable[[int], None]


class BatchConflictError(GatewayError):
    """The batch id was used for other content: give the corrected file a new id."""


@dataclass(frozen=True)
class Sender:
    """Who delivers: the client or command that acts, its own batch id, the way in, and its signature if any."""

    actor: str
    sender_batch: str
    way: str
    signature: str | None = None


async def take_in(
    gateway: Gateway,
    sender: Sender,
    dataset: Dataset,
    digest: bytes,
    read: Callable[[], Table],
    *,
    progress: Progress = lambda _rows: None,
    then: Callable[[AsyncSession], Any] | None = None,
) -> tuple[Batch, bool]:
    """Take a delivery in and return its batch, and whether it was new.

    `read` starts reading it; `then` joins the transaction (a watermark).
    Raises BatchConflictError for other bytes under a known id, ConnectorError for a delivery that is not as agreed.
    """
    try:
        async with gateway.database.begin("batch.take-in") as session:
            if known := await find_batch(session, sender, dataset, digest):
                return known, False
            table = await asyncio.to_thread(read)
            batch = await _store(gateway, session, sender, dataset, digest, table, progress)
            if then:
                await then(session)
            return batch, True
    except IntegrityError:  # the same delivery arrived twice at once: the other one has been stored
        async with gateway.database.begin("batch.find") as session:
            if known := await find_batch(session, sender, dataset, digest):
                return known, False
        raise
    except ConnectorError as fault:
        await _record_refusal(gateway, sender, dataset, digest, fault)
        raise


async def find_batch(session: AsyncSession, sender: Sender, dataset: Dataset, digest: bytes) -> Batch | None:
    """Return the batch this delivery already is. Raises BatchConflictError where its id stands for other bytes."""
    names = {"agency": dataset.agency, "dataset": dataset.dataset, "sender": sender.sender_batch}
    row = (await session.execute(_SAME, names)).one_or_none()
    if row is None:
        return None
    if row.digest != digest:
        raise BatchConflictError(
            f"批次号 {sender.sender_batch} 已用于其他内容，请换新批次号 this batch id was used for other content: "
            "give the corrected delivery a new one"
        )
    return await session.get(Batch, row.batch_id)


async def _store(
    gateway: Gateway,
    session: AsyncSession,
    sender: Sender,
    dataset: Dataset,
    digest: bytes,
    table: Table,
    progress: Progress,
) -> Batch:
    now, delivery = datetime.now(UTC), Delivery(uuid7(), dataset, sender.sender_batch, digest)

    def seal(statement: Mapping[str, object]) -> str:
        return sign_jws(statement, gateway.keys.signing("batch"), STATEMENT_TYPE)

    summary = await ingest(session, await raw(session), delivery, table, seal, now, progress, gateway.protector)
    event = Event(
        "batch.sealed", sender.actor, outcome="stored", exchange=str(delivery.batch_id),
        payload=_payload(delivery, sender, summary),
    )  # fmt: skip
    counts = summary.counts()
    batch = Batch(
        batch_id=delivery.batch_id, agency=dataset.agency, dataset=dataset.dataset, sender_batch=sender.sender_batch,
        digest=digest, way=sender.way, received_at=now, row_count=counts.pop("rows"), **counts,
        reasons=summary.reasons, statement=summary.statement, mapping=summary.mapping,
        agency_signature=sender.signature,
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
