"""Scheduled pulls (定期对接): sources, when they are due, and how far each has been read.

A slice is read first, without a transaction; then it becomes one batch whose commit also moves the watermark. A crash
in between reads the slice again, and its batch id, made of where it began and its digest, tells that it is the same.
Where the source is told what became of the slice, the watermark moves after that: a crash in between tells it again.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from audit.errors import AuditError
from connectors.conversion.cells import without_citizens
from connectors.errors import ConnectorError
from connectors.sources.protocol import Answers, Connector, Dropped, Drops, Outcome, Slice, Stream
from connectors.sources.registry import open_connector
from connectors.sources.schedule import Advance, Claimed, add_source_row, advance, claim_due, find_source, rest
from connectors.store.refused import load_refused
from connectors.store.tables import Batch, Source
from gateway.intake.admission import known_dataset
from gateway.intake.documents import not_ended_of, unread_of
from gateway.intake.submission import Intake, Submission
from gateway.intake.take_in import LostSourceError, take_in
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.errors import GatewayError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitsOfWork
from gateway.sources.secrets import SourceSecrets

RETRY_SECONDS = 60
LONGEST_RETRY_SECONDS = 3_600
MOST_ROWS_TOLD = 100_000
# What is wrong with the slice itself: it is passed over, and not read again and again.
REFUSED_ITSELF = frozenset({"malformed-delivery", "correction-refused", "batch-conflict"})
Result = TypeVar("Result")
_LOG = structlog.get_logger("gateway.sources.pulls")


@dataclass(frozen=True)
class SourceRequest:
    """A source to be read on a schedule: which dataset its rows belong to, how it is reached, and how often."""

    source_id: str
    dataset: str
    connector: str
    config: Mapping[str, object]
    every_seconds: int


async def check_source(units: UnitsOfWork, connector: str, config: Mapping[str, object]) -> list[Stream]:
    """Try a configuration and return what it offers. Raises DeniedError."""
    return await _try(units, connector, config, lambda opened: list(opened.discover()))


async def add_source(units: UnitsOfWork, actor: Actor, request: SourceRequest) -> None:
    """Add a source after its connector's own check. Raises DeniedError where it fails, or the id is taken."""
    wanted = known_dataset(request.dataset)
    await _try(units, request.connector, request.config, lambda _opened: None)
    async with units.begin("source.add", actor) as work:
        await take(work.session, Lock.NEW_ID, request.source_id)
        if await find_source(work.session, request.source_id):
            detail = f"来源 {request.source_id} 已存在。The source {request.source_id} exists already."
            raise DeniedError("source-exists", detail)
        payload = {"source": request.source_id, "dataset": request.dataset, "connector": request.connector}
        entry = await work.record("source.added", payload, outcome="active")
        row = Source(
            source_id=request.source_id, agency=wanted.agency, dataset=request.dataset, connector=request.connector,
            config=dict(request.config), every_seconds=request.every_seconds, watermark=None, due_at=work.now,
            last_fault=None, event_id=entry,
        )  # fmt: skip
        await add_source_row(work.session, row)


async def _try(
    units: UnitsOfWork, connector: str, config: Mapping[str, object], ask: Callable[[Connector], Result]
) -> Result:
    """Open a connector, have it check itself, and return what is asked of it. Raises DeniedError."""
    secrets = SourceSecrets(units)

    def run() -> Result:
        opened = open_connector(connector, config, secrets)
        opened.check()
        return ask(opened)

    try:
        return await asyncio.to_thread(_guarded, run)
    except ConnectorError as fault:
        raise DeniedError("source-unusable", str(fault)) from fault


async def pull_due(units: UnitsOfWork, intake: Intake) -> bool:
    """Read one slice of one source that is due; return whether there was one. A fault is kept beside the source."""
    async with units.begin("source.claim", PROGRAM) as work:
        source = await claim_due(work.session)
    if source is None:
        return False
    pause, fault, dropped = source.every_seconds, None, None
    try:
        taken, dropped = await _pull(units, intake, source)
        if taken:
            return True
    except (SQLAlchemyError, AuditError, OSError):  # our own: the worker says so, and the claim runs out
        raise
    except (ConnectorError, GatewayError) as refusal:
        pause, fault = _back_off(source), str(refusal)
        _LOG.warning("source cannot be read", source=source.source_id, fault=type(refusal).__name__)
    except Exception as broken:  # noqa: BLE001 - what one source sends must not end the worker
        pause, fault = _back_off(source), f"内部故障 internal fault: {type(broken).__name__}"
        _LOG.exception("source failed", source=source.source_id)
    async with units.begin("source.rest", PROGRAM) as work:
        await rest(work.session, source, pause, fault, dropped)
    return True


async def _pull(units: UnitsOfWork, intake: Intake, source: Claimed) -> tuple[bool, Dropped | None]:
    """Read a slice and take it in; return whether there was one, and what the read passed over if not."""
    secrets = SourceSecrets(units)

    def read() -> tuple[Connector, Slice | None]:
        connector = open_connector(source.connector, source.config, secrets)
        return connector, connector.read(source.watermark)

    connector, found = await asyncio.to_thread(_guarded, read)
    dropped = connector.dropped() if isinstance(connector, Drops) else None
    if found is None:
        return False, dropped
    step = Advance(source.source_id, source.watermark, found.watermark, dropped)
    try:
        await _take_in(units, intake, source, connector, found, step)
    finally:
        await asyncio.to_thread(found.discard)
    return True, None


async def _take_in(
    units: UnitsOfWork, intake: Intake, source: Claimed, connector: Connector, found: Slice, step: Advance
) -> None:
    """Take a slice in, and move the source on: with the batch, or after the source was told what became of it."""
    answers = connector if isinstance(connector, Answers) else None
    actor = Actor(f"source:{source.source_id}", "program")
    submission = _submission(source, found, None if answers else step)
    refusal, outcome, moved = None, Outcome("refused", found.batch), False
    try:
        batch, new = await take_in(units, actor, intake, submission)
        outcome, moved = await _outcome(units, actor, batch, new=new), answers is None
    except DeniedError as denied:
        is_held = denied.denial.reason == "delivery-held"
        if not is_held and (not found.delivery or denied.denial.reason not in REFUSED_ITSELF):
            raise
        outcome = Outcome("refused", found.batch, refusal=str(denied))
        refusal = str(denied) if is_held else f"{without_citizens(found.delivery or '')}: {denied}"
        _LOG.warning("slice refused", source=source.source_id, slice=without_citizens(found.delivery or ""))
    if answers:
        await asyncio.to_thread(_guarded, lambda: answers.answer(found, outcome))
    if not moved:
        async with units.begin("source.advance", actor) as work:
            if not await advance(work.session, step, refusal):
                raise LostSourceError


def _submission(source: Claimed, found: Slice, step: Advance | None) -> Submission:
    began = hashlib.sha256(f"{source.watermark}\n{found.digest.hex()}".encode()).hexdigest()[:16]
    return Submission(
        known_dataset(source.dataset), found.batch or f"{source.source_id}:{began}", found.digest, source.source_id,
        found.open, found.file, fetched=True, advance=step, part=not found.delivery,
    )  # fmt: skip


async def _outcome(units: UnitsOfWork, actor: Actor, batch: Batch, *, new: bool) -> Outcome:
    counts = {
        "rows": batch.row_count, "accepted": batch.accepted, "unresolved": batch.unresolved,
        "corrections": batch.corrections, "duplicates": batch.duplicates, "natural_persons": batch.natural_persons,
        "rejected": batch.rejected, "ended": batch.ended, "returned": batch.returned,
    }  # fmt: skip
    async with units.begin("source.outcome", actor) as work:
        rows = await load_refused(work.session, batch.batch_id, MOST_ROWS_TOLD)
    rejected = [(row.row_number, row.reasons) for row in rows]
    not_ended = not_ended_of(batch)
    return Outcome(
        "stored" if new else "known", batch.sender_batch, counts, f"{not_ended['zh']} {not_ended['en']}" if not_ended
        else "", rejected, unread_of(batch),
    )  # fmt: skip


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
