"""Taking a submission in: verified, mapped, merged, sealed and recorded in one transaction, or refused whole.

1. It waits its turn at the gate, and must be admitted, whichever way it came: before anything else, and once more
   before the commit, which may be long after.
2. It is known by agency, dataset and the sender's batch id; same id and bytes, same batch (design §6).
3. Corrected rows are read out of their workbook; any other submission is judged by its columns.
4. Map, quarantine, merge and seal; judge the values; record the event; store the batch; settle what came with it.
5. One refused as a whole leaves an event of its own, and nothing else; one unlike those before it is held.
"""

import asyncio
from collections.abc import Callable

import psycopg
from sqlalchemy.exc import IntegrityError, OperationalError

from connectors.decoding.corrections import CorrectionError
from connectors.errors import ConnectorError
from connectors.sources.schedule import advance
from connectors.store.batches import find_batch_of_sender
from connectors.store.corrections import find_first, find_same
from connectors.store.tables import Batch
from gateway.intake.admission import admit_submission, check_batch_id
from gateway.intake.held import decide_held, hold, waits
from gateway.intake.judging import DriftError
from gateway.intake.preview_rows import mark_handed_in
from gateway.intake.storing import store_corrections, store_judged
from gateway.intake.submission import Intake, Submission
from gateway.intake.uploads import mark_stored
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.errors import GatewayError
from gateway.runtime.work import UnitOfWork, UnitsOfWork

MOST_ATTEMPTS = 4
Progress = Callable[[int], None]


class LostSourceError(GatewayError):
    """来源在读取时被重置或接管 The source was reset or taken over while it was read: nothing of it is kept."""


async def take_in(
    units: UnitsOfWork,
    actor: Actor,
    intake: Intake,
    submission: Submission,
    *,
    progress: Progress = lambda _rows: None,
) -> tuple[Batch, bool]:
    """Take a submission in and return its batch, and whether it was new; `progress` is told the rows so far.

    Raises DeniedError where it may not come in, is not as agreed, or is held; LostSourceError.
    """
    check_batch_id(submission.sender_batch)
    async with intake.gate.admit(submission.dataset, submission.size):
        for attempt in range(1, MOST_ATTEMPTS + 1):
            try:
                return await _take_in(units, actor, intake, submission, progress)
            except (psycopg.errors.DeadlockDetected, OperationalError) as fault:
                # Two that name the same parties for the first time may wait for each other: one starts anew.
                if attempt == MOST_ATTEMPTS or not _is_deadlock(fault):
                    raise
    raise AssertionError  # the last attempt returned or raised


def _is_deadlock(fault: Exception) -> bool:
    return isinstance(getattr(fault, "orig", fault), psycopg.errors.DeadlockDetected)


async def _take_in(
    units: UnitsOfWork, actor: Actor, intake: Intake, submission: Submission, progress: Progress
) -> tuple[Batch, bool]:
    try:
        async with units.begin("batch.take-in", actor, short=True) as work:
            signed = submission.signature is not None or submission.fetched
            await admit_submission(work, submission.dataset, signed=signed)
            known = await _find_known(work, submission)
            batch = known or await _store(work, intake, submission, progress)
            await _settle(work, submission, batch, new=known is None)
            await admit_submission(work, submission.dataset, signed=signed, to_the_end=True)
            return batch, known is None
    except IntegrityError:  # the same submission arrived twice at once: the other one has been stored
        async with units.begin("batch.find", actor) as work:
            if known := await _find_known(work, submission):
                await _settle(work, submission, known, new=False)
                return known, False
        raise
    except DriftError as drift:
        try:
            held = await hold(units, actor, intake.spool, submission, drift.findings)
        except ConnectorError as fault:
            raise await _refused(units, actor, submission, fault) from fault
        raise waits(held) from drift
    except ConnectorError as fault:
        raise await _refused(units, actor, submission, fault) from fault


async def _refused(units: UnitsOfWork, actor: Actor, submission: Submission, fault: ConnectorError) -> DeniedError:
    reason = "correction-refused" if isinstance(fault, CorrectionError) else "malformed-delivery"
    await _record_refusal(units, actor, submission, reason)
    return DeniedError(reason, str(fault))


async def _find_known(work: UnitOfWork, submission: Submission) -> Batch | None:
    """Return the batch this submission already is. Raises DeniedError where its id stands for other bytes."""
    dataset = submission.dataset
    batch = await find_batch_of_sender(work.session, dataset.agency, dataset.dataset, submission.sender_batch)
    if batch is None:
        if submission.corrects is None:
            return None
        first = await find_first(work.session, dataset, submission.corrects)
        return await find_same(work.session, first, submission.digest)
    if batch.digest != submission.digest:
        raise DeniedError(
            "batch-conflict",
            f"批次号 {submission.sender_batch} 已用于其他内容，请换新批次号。"
            "This batch id was used for other content: give the corrected file a new one.",
        )
    return batch


async def _store(work: UnitOfWork, intake: Intake, submission: Submission, progress: Progress) -> Batch:
    table = await asyncio.to_thread(submission.read)
    store = store_corrections if submission.corrects else store_judged
    return await store(work, intake.protector, submission, table, progress)


async def _settle(work: UnitOfWork, submission: Submission, batch: Batch, *, new: bool) -> None:
    """Note, in the batch's own transaction, what it settles. Raises DeniedError, LostSourceError: nothing is stored."""
    if submission.upload_id:
        await mark_stored(work, submission.upload_id, batch.batch_id)
    if submission.held_id:
        await decide_held(work, submission.held_id, "accepted", batch.batch_id)
    if submission.preview_id and not await mark_handed_in(work.session, submission.preview_id, batch.batch_id) and new:
        raise DeniedError("preview-not-found")  # somebody gave it up meanwhile
    if submission.advance and not await advance(work.session, submission.advance):
        raise LostSourceError


async def _record_refusal(units: UnitsOfWork, actor: Actor, submission: Submission, reason: str) -> None:
    payload = {
        "dataset": submission.dataset.dataset,
        "sender_batch": submission.sender_batch,
        "digest": submission.digest.hex(),
    }
    async with units.begin("batch.refuse", actor) as work:
        await work.record("batch.refused", payload, outcome=reason, actor=submission.sent_by)
