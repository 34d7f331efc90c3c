"""Scheduled pulls (定期对接): sources, when they are due, and how far each has been read.

A slice is read first, without a transaction; then it becomes one batch whose commit also moves the watermark. A crash
in between reads the slice again, and its batch id, made of where it began and its digest, tells that it is the same.
Where the source is told what became of the slice, the watermark moves after that: a crash in between tells it again.
"""

import asyncio
import csv
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from audit.errors import AuditError
from audit.events import Event
from connectors.catalogue.load import get_dataset
from connectors.conversion.cells import without_citizens
from connectors.errors import ConnectorError
from connectors.sources.protocol import Answers, Connector, Outcome, Slice, Stream
from connectors.sources.registry import open_connector
from connectors.store.tables import Batch, RejectedRow, Source
from gateway.gateway import Gateway
from gateway.intake.held import HeldError, Parcel, hold
from gateway.intake.take_in import BatchConflictError, Sender, take_in
from gateway.quality.judging import DriftError
from gateway.runtime.errors import GatewayError
from gateway.runtime.spool import spool_of
from gateway.sources.secrets import SourceSecrets

RETRY_SECONDS = 60
LONGEST_RETRY_SECONDS = 3_600
LEASE_SECONDS = 900  # longer than a slice takes; a worker that died gives the source up after it
MOST_ROWS_TOLD = 100_000
# Claiming moves the due time ahead, so that two workers never read the same source at once. A source that has more to
# give is due again behind those that were waiting meanwhile: one slice each, in turn.
CLAIM = text("""
    UPDATE source SET due_at = now() + make_interval(secs => :lease)
    WHERE source_id = (SELECT source_id FROM source WHERE due_at <= now() AND status = 'active' ORDER BY due_at
                       LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING source_id, dataset, connector, config, watermark, every_seconds, faults
""")
# A worker whose claim ran out, or whose source was reset meanwhile, moves nothing.
ADVANCE = text("""
    UPDATE source SET watermark = :watermark, due_at = now(), last_read_at = now(), faults = 0, last_fault = NULL,
        refusals = refusals + CASE WHEN CAST(:refusal AS text) IS NULL THEN 0 ELSE 1 END,
        last_refusal = coalesce(:refusal, last_refusal)
    WHERE source_id = :source AND watermark IS NOT DISTINCT FROM :stood RETURNING source_id
""")
REST = text("""
    UPDATE source SET due_at = now() + make_interval(secs => :pause), last_fault = :fault, faults = :faults,
        last_read_at = CASE WHEN CAST(:fault AS text) IS NULL THEN now() ELSE last_read_at END
    WHERE source_id = :source AND watermark IS NOT DISTINCT FROM :stood
""")
Result = TypeVar("Result")
_LOG = structlog.get_logger("gateway.sources.pulls")


class LostSourceError(GatewayError):
    """The source was reset, or taken over by another worker, while it was read: nothing of the slice is kept."""


@dataclass(frozen=True)
class Claimed:
    """A source this worker reads now."""

    source_id: str
    dataset: str
    connector: str
    config: dict[str, Any]
    watermark: str | None
    every_seconds: int
    faults: int


async def check_source(gateway: Gateway, connector: str, config: Mapping[str, object]) -> list[Stream]:
    """Try a configuration and return what it offers. Raises ConnectorError."""
    secrets = SourceSecrets(gateway)

    def run() -> list[Stream]:
        opened = open_connector(connector, config, secrets)
        opened.check()
        return list(opened.discover())

    return await asyncio.to_thread(_guarded, run)


async def add_source(
    gateway: Gateway,
    *,
    actor: str,
    source_id: str,
    dataset: str,
    connector: str,
    config: Mapping[str, object],
    every_seconds: int,
) -> None:
    """Add a source after its connector's own check. Raises ConnectorError, or GatewayError where the id is taken."""
    wanted, secrets = get_dataset(dataset), SourceSecrets(gateway)
    await asyncio.to_thread(_guarded, lambda: open_connector(connector, config, secrets).check())
    async with gateway.database.begin("source.add") as session:
        if await session.get(Source, source_id):
            raise GatewayError(f"来源 {source_id} 已存在 the source {source_id} exists already")
        now, payload = datetime.now(UTC), {"source": source_id, "dataset": dataset, "connector": connector}
        event = await gateway.audit.record(session, Event("source.added", actor, payload=payload), now)
        row = Source(
            source_id=source_id, agency=wanted.agency, dataset=dataset, connector=connector, config=dict(config),
            every_seconds=every_seconds, watermark=None, due_at=now, last_fault=None, event_id=event,
        )  # fmt: skip
        session.add(row)
        await session.flush()


async def pull_due(gateway: Gateway) -> bool:
    """Read one slice of one source that is due; return whether there was one. A fault is kept beside the source."""
    async with gateway.database.begin("source.claim") as session:
        row = (await session.execute(CLAIM, {"lease": LEASE_SECONDS})).one_or_none()
    if row is None:
        return False
    source = Claimed(*row)
    pause, fault = source.every_seconds, None
    try:
        if await _pull(gateway, source):
            return True
    except (SQLAlchemyError, AuditError, OSError):  # our own: the worker says so, and the claim runs out
        raise
    except (ConnectorError, GatewayError) as refusal:
        pause, fault = _back_off(source), str(refusal)
        _LOG.warning("source cannot be read", source=source.source_id, fault=type(refusal).__name__)
    except Exception as broken:  # noqa: BLE001 - what one source sends must not end the worker
        pause, fault = _back_off(source), f"内部故障 internal fault: {type(broken).__name__}"
        _LOG.exception("source failed", source=source.source_id)
    done = {"source": source.source_id, "stood": source.watermark, "pause": pause, "fault": fault}
    async with gateway.database.begin("source.rest") as session:
        await session.execute(REST, {**done, "faults": source.faults + 1 if fault else 0})
    return True


async def _pull(gateway: Gateway, source: Claimed) -> bool:
    secrets = SourceSecrets(gateway)

    def read() -> tuple[Connector, Slice | None]:
        connector = open_connector(source.connector, source.config, secrets)
        return connector, connector.read(source.watermark)

    connector, found = await asyncio.to_thread(_guarded, read)
    if found is None:
        return False
    try:
        await _take_in(gateway, source, connector, found)
    finally:
        await asyncio.to_thread(found.discard)
    return True


async def _take_in(gateway: Gateway, source: Claimed, connector: Connector, found: Slice) -> None:
    dataset, answers = get_dataset(source.dataset), connector if isinstance(connector, Answers) else None
    began = hashlib.sha256(f"{source.watermark}\n{found.digest.hex()}".encode()).hexdigest()[:16]
    sender = Sender(f"source:{source.source_id}", found.batch or f"{source.source_id}:{began}", source.source_id)

    async def advance(session: AsyncSession, refusal: str | None = None) -> None:
        moved = {"source": source.source_id, "stood": source.watermark, "watermark": found.watermark}
        if (await session.execute(ADVANCE, {**moved, "refusal": refusal})).one_or_none() is None:
            raise LostSourceError

    refusal, outcome, new = None, Outcome("refused", found.batch), False
    try:
        batch, new = await take_in(
            gateway, sender, dataset, found.digest, found.open, then=None if answers else advance
        )  # fmt: skip
        outcome = await _outcome(gateway, batch, new=new) if answers else outcome
    except DriftError as drift:
        with _as_file(gateway, found) as file:
            parcel = Parcel(sender.actor, sender.sender_batch, sender.way, None, found.digest, file)
            refusal = str(HeldError(await hold(gateway, dataset, parcel, drift.findings, None)))
        outcome = Outcome("refused", found.batch, refusal=refusal)
    except (ConnectorError, BatchConflictError) as fault:
        if not found.delivery:
            raise
        refusal = f"{without_citizens(found.delivery)}: {fault}"
        _LOG.warning("delivery refused", source=source.source_id, delivery=without_citizens(found.delivery))
        outcome = Outcome("refused", found.batch, refusal=str(fault))
    if answers:
        await asyncio.to_thread(_guarded, lambda: answers.answer(found, outcome))
    if answers or refusal or not new:
        async with gateway.database.begin("source.advance") as session:
            await advance(session, refusal)


@contextmanager
def _as_file(gateway: Gateway, found: Slice) -> Iterator[Path]:
    """Give a slice as a file, to be held: as it came, else as CSV."""
    if found.file:
        yield found.file
        return
    table = found.open()
    with tempfile.NamedTemporaryFile("w", dir=spool_of(gateway), suffix=".csv", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([table.header, *(cells for _, cells in table.rows)])
        file.flush()
        yield Path(file.name)


async def _outcome(gateway: Gateway, batch: Batch, *, new: bool) -> Outcome:
    counts = {
        "rows": batch.row_count, "accepted": batch.accepted, "unresolved": batch.unresolved,
        "corrections": batch.corrections, "duplicates": batch.duplicates, "natural_persons": batch.natural_persons,
        "rejected": batch.rejected,
    }  # fmt: skip
    query = select(RejectedRow).where(col(RejectedRow.batch_id) == batch.batch_id).order_by(col(RejectedRow.row_number))
    async with gateway.database.begin("source.outcome") as session:
        rows = (await session.execute(query.limit(MOST_ROWS_TOLD))).scalars()
        rejected = [(row.row_number, row.reasons) for row in rows]
    return Outcome("stored" if new else "known", batch.sender_batch, counts, rejected=rejected)


def _back_off(source: Claimed) -> int:
    """Return the pause after another fault: doubled each time, never longer than an hour or the source's interval."""
    longest = max(RETRY_SECONDS, min(source.every_seconds, LONGEST_RETRY_SECONDS))
    return min(RETRY_SECONDS << min(source.faults, 6), longest)


def _guarded(step: Callable[[], Result]) -> Result:
    """Run a connector's step. Raises ConnectorError for whatever a connector of another package may raise."""
    try:
        return step()
    except (ConnectorError, GatewayError, SQLAlchemyError):
        raise
    except Exception as fault:
        raise ConnectorError(f"连接器故障 the connector failed: {type(fault).__name__}") from fault
