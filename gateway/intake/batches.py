"""Batches and their refused rows, read by those who may see them; each read is recorded."""

from collections.abc import Sequence
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import datasets
from connectors.model.two_languages import Language
from connectors.personal.sealing import Protector, SubjectKeys
from connectors.store.batches import find_batch, load_unpacked, page_batches
from connectors.store.corrections import count_corrected
from connectors.store.refused import load_refused, open_refused
from connectors.store.tables import Batch
from gateway.intake.admission import agency_seen, sees
from gateway.intake.quarantine import Form, write_rejected
from gateway.runtime.database import raw
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork


async def get_batch(work: UnitOfWork, batch_id: UUID) -> Batch:
    """Return a batch that is the actor's to see. Raises DeniedError."""
    batch = await find_batch(work.session, batch_id)
    if batch is None or not sees(work.actor, batch.agency):
        raise DeniedError("batch-not-found", "没有这个批次。You have no such batch.")
    return batch


async def read_batch(work: UnitOfWork, batch_id: UUID) -> tuple[Batch, int, list[Batch]]:
    """Return a batch, how many of its refused rows were corrected since, and the batches that were unpacked out of it.

    Raises DeniedError.
    """
    batch = await get_batch(work, batch_id)
    told = batch, await count_corrected(work.session, batch), await unpacked_of(work.session, batch)
    await work.record("batch.read", {"count": 1, "batch": str(batch_id)}, outcome="read")
    return told


async def unpacked_of(session: AsyncSession, batch: Batch) -> list[Batch]:
    """Return the batches of other datasets that a batch's rows held."""
    dataset = datasets().get(batch.dataset)
    return await load_unpacked(session, batch, dataset.unpack.into.values()) if dataset and dataset.unpack else []


async def read_batch_page(
    work: UnitOfWork, names: Sequence[str] | None, offset: int, most: int
) -> tuple[list[Batch], int]:
    """Return some of the batches that the actor sees, of these datasets or of all, newest first, and how many."""
    rows, total = await page_batches(work.session, agency_seen(work.actor), names, offset, most)
    await work.record("batch.read", {"count": len(rows)}, outcome="read")
    return rows, total


async def read_rejected(
    work: UnitOfWork, protector: Protector, batch_id: UUID, most: int
) -> tuple[Batch, list[dict[str, Any]]]:
    """Return a batch and the first of its refused rows, opened as far as the actor may. Raises DeniedError."""
    batch = await get_batch(work, batch_id)
    refused = await load_refused(work.session, batch_id, most)
    opened = await open_refused(SubjectKeys(protector), await raw(work.session), refused, personal=reads_personal(work))
    await _record_read(work, batch, len(refused))
    rows = [
        {"row_number": row.row_number, "reasons": reasons, "cells": cells}
        for row, (reasons, cells) in zip(refused, opened, strict=True)
    ]
    return batch, rows


async def export_rejected(
    work: UnitOfWork, protector: Protector, batch_id: UUID, target: BinaryIO, form: Form,
    language: Language | None = None,
) -> None:  # fmt: skip
    """Write all refused rows of a batch into `target`, to be corrected and sent back, opened as far as the actor may.

    Reasons stand in both languages, or in one. Raises DeniedError.
    """
    batch = await get_batch(work, batch_id)
    personal = reads_personal(work)
    await write_rejected(work.session, batch_id, target, form, protector, personal=personal, language=language)
    await _record_read(work, batch, batch.rejected)


def reads_personal(work: UnitOfWork) -> bool:
    """Tell whether the actor sees what may be personal: auditors verify, and need nobody's name for it."""
    return work.actor.kind != "auditor"


async def _record_read(work: UnitOfWork, batch: Batch, count: int) -> None:
    payload = {"batch": str(batch.batch_id), "agency": batch.agency, "count": count}
    await work.record("rejected_rows.read", payload, outcome="read", exchange=batch.batch_id)
