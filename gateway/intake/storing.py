"""A submission stored as a batch, in the unit that took it in: judged by what came before, or as corrected rows."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from connectors.catalogue.load import datasets
from connectors.conversion.headers import header_key, layout_id
from connectors.decoding.corrections import CorrectionError, find_batch_of
from connectors.decoding.decode import Table
from connectors.decoding.layout import Layout, lay_out
from connectors.decoding.unpacking import Unpacked
from connectors.drafting.unread import Leftovers
from connectors.model.datasets import Dataset
from connectors.model.statements import STATEMENT_TYPE
from connectors.personal.sealing import Protector
from connectors.quality.drift import Finding
from connectors.quality.profile import Profiler
from connectors.store.batches import add_batch, unpacked_id
from connectors.store.corrections import find_first, read_corrected, settle
from connectors.store.history import keep_layout, keep_profile, profile_batch, profile_of
from connectors.store.ingest import Look, NewBatch, Summary, ingest
from connectors.store.tables import Batch
from gateway.intake.full_lists import ListOutcome, settle_list
from gateway.intake.judging import DriftError, judge_layout, judge_profile
from gateway.intake.submission import Submission
from gateway.runtime.database import raw
from gateway.runtime.work import UnitOfWork
from signing.canonical import canonical_digest, sha256_hex
from signing.jws import sign_jws

if TYPE_CHECKING:
    import polars as pl

Progress = Callable[[int], None]


async def store_judged(
    work: UnitOfWork, protector: Protector, submission: Submission, table: Table, progress: Progress
) -> Batch:
    """Store a submission that looks like those before it, or was accepted. Raises DriftError, MalformedError."""
    refuse_corrections(table)
    return await _store(work, protector, submission, table, progress, accepted=submission.held_id is not None)


async def _store(
    work: UnitOfWork,
    protector: Protector,
    submission: Submission,
    table: Table,
    progress: Progress,
    *,
    accepted: bool,
) -> Batch:
    session = work.session
    layout = await asyncio.to_thread(lay_out, submission.dataset, table)
    leftovers = Leftovers(layout.binding)
    binding, profiler = layout.binding, Profiler(submission.dataset)
    unpacked = unpacked_of(submission.dataset)
    known = not accepted and await judge_layout(session, binding, table.encoding)
    stored = _identify(submission)
    now = work.now

    def look(sound: "pl.DataFrame") -> None:
        profiler.add(sound["canonical"])
        if unpacked:
            unpacked.add(sound)

    summary = await _ingest(work, protector, stored, leftovers.watch(layout), now, progress, look)
    profile = await profile_batch(session, binding, stored.batch_id, summary, profiler)
    if not accepted:
        await judge_profile(session, binding, profile_of(summary, profile))
    listed = await settle_list(work, submission, stored, summary)
    if not known:
        await keep_layout(session, binding, now)
    columns = layout_id(binding.dataset, header_key(binding.header))
    batch = await _add(work, submission, stored, summary, listed, now, leftovers, layout_id=columns)
    await keep_profile(session, batch.batch_id, profile)
    await _store_unpacked(work, protector, submission, batch, unpacked, progress, accepted=accepted)
    return batch


def refuse_corrections(table: Table) -> None:
    """Pass what is no file of refused rows. Raises CorrectionError: such a file names the batch it corrects."""
    if find_batch_of(table.header):
        raise CorrectionError(
            "这是问题数据表：更正后请注明所更正的批次（Corrects） these are refused rows: name the batch they correct"
        )


async def store_corrections(
    work: UnitOfWork, protector: Protector, submission: Submission, table: Table, progress: Progress
) -> Batch:
    """Store the corrected rows of an earlier batch. Raises CorrectionError, MalformedError."""
    session, dataset = work.session, submission.dataset
    first = await find_first(session, dataset, submission.corrects or UUID(int=0))
    rows = await read_corrected(session, dataset, first, table, submission.file)
    layout = await asyncio.to_thread(lay_out, dataset, rows.table)
    stored, leftovers, unpacked = _identify(submission), Leftovers(layout.binding), unpacked_of(dataset)
    now = work.now
    look: Look = unpacked.add if unpacked else lambda _sound: None
    summary = await _ingest(work, protector, stored, leftovers.watch(layout), now, progress, look)
    listed = await settle_list(work, submission, stored, summary)
    batch = await _add(work, submission, stored, summary, listed, now, leftovers, corrects=first)
    await settle(session, first, batch.batch_id, rows.taken)
    await _store_unpacked(work, protector, submission, batch, unpacked, progress, accepted=True)
    return batch


def unpacked_of(dataset: Dataset) -> Unpacked | None:
    """Return what gathers the records within a dataset's rows, None where they hold none."""
    return Unpacked(dataset, datasets()) if dataset.unpack else None


async def _store_unpacked(
    work: UnitOfWork,
    protector: Protector,
    submission: Submission,
    batch: Batch,
    unpacked: Unpacked | None,
    progress: Progress,
    *,
    accepted: bool,
) -> None:
    """Store the records within a batch's rows, a batch of each dataset, called after the one that brought them.

    They are the same bytes, and no other hand signed them: the agency's signature stands at the batch that came. They
    are judged where the batch is: not within corrected rows, nor once somebody accepted it. Raises DriftError, of the
    dataset that it names.
    """
    for dataset, table in unpacked.tables() if unpacked else ():
        part = replace(
            submission, dataset=dataset, sender_batch=unpacked_id(batch.batch_id), file=None, signature=None,
            corrects=None, mapping=None,
        )  # fmt: skip
        try:
            await _store(work, protector, part, table, progress, accepted=accepted)
        except DriftError as drift:
            raise DriftError([_within(dataset, finding) for finding in drift.findings]) from drift


def _within(dataset: Dataset, finding: Finding) -> Finding:
    """Return a finding of a dataset that is unpacked, for whoever sees the file that it came in."""
    zh, en = f"拆出的“{dataset.title.zh}”：{finding.zh}", f"within it, {dataset.title.en}: {finding.en}"
    return msgspec.structs.replace(finding, zh=zh, en=en)


def _identify(submission: Submission) -> NewBatch:
    return NewBatch(uuid7(), submission.dataset, submission.sender_batch, submission.digest)


async def _ingest(
    work: UnitOfWork,
    protector: Protector,
    stored: NewBatch,
    layout: Layout,
    now: datetime,
    progress: Progress,
    look: Look,
) -> Summary:
    def seal(statement: Mapping[str, object]) -> str:
        return sign_jws(statement, work.keys.signing("batch"), STATEMENT_TYPE)

    return await ingest(
        work.session, await raw(work.session), stored, layout, seal=seal, now=now, progress=progress,
        protector=protector, look=look,
    )  # fmt: skip


async def _add(
    work: UnitOfWork,
    submission: Submission,
    stored: NewBatch,
    summary: Summary,
    listed: ListOutcome,
    now: datetime,
    leftovers: Leftovers,
    *,
    corrects: UUID | None = None,
    layout_id: bytes | None = None,
) -> Batch:
    """Record the event and add the batch."""
    payload = _payload(stored, submission, summary) | vars(listed) | ({"corrects": str(corrects)} if corrects else {})
    entry = await work.record(
        "batch.sealed", payload, outcome="stored", exchange=stored.batch_id, at=now, actor=submission.sent_by
    )
    counts, dataset = summary.counts(), stored.dataset
    unread = await asyncio.to_thread(leftovers.columns) if leftovers.any else []
    mapping = summary.mapping | {"unread": [column.document() for column in unread]}
    batch = Batch(
        batch_id=stored.batch_id, agency=dataset.agency, dataset=dataset.dataset, sender_batch=stored.sender_batch,
        digest=stored.digest, way=submission.way, received_at=now, row_count=counts.pop("rows"), **counts,
        reasons=summary.reasons, statement=summary.statement, agency_signature=submission.signature,
        mapping=mapping, counting=summary.counting, delivery=listed.delivery, ended=listed.ended,
        returned=listed.returned, not_ended=listed.not_ended, corrects=corrects, layout_id=layout_id, event_id=entry,
    )  # fmt: skip
    await add_batch(work.session, batch)
    return batch


def _payload(stored: NewBatch, submission: Submission, summary: Summary) -> dict[str, object]:
    return {
        "batch": str(stored.batch_id),
        "agency": stored.dataset.agency,
        "dataset": stored.dataset.dataset,
        "sender_batch": stored.sender_batch,
        "way": submission.way,
        "digest": stored.digest.hex(),
        "root": summary.root,
        "shown": summary.shown,
        **summary.whose,
        "signature": sha256_hex(submission.signature.encode()) if submission.signature else None,
        "statement": sha256_hex(summary.statement.encode()),
        "resolved_earlier": summary.resolved_earlier,
        "counting": canonical_digest(summary.counting),
        **summary.counts(),
    }
