"""Corrected rows: which batch a workbook corrects, which of its rows are open, and which are settled by it."""

import asyncio
from collections.abc import Collection
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.decoding.corrections import Corrected, CorrectionError, Refusals, corrected, find_batch_of
from connectors.decoding.decode import Table
from connectors.model.datasets import Dataset
from connectors.store.refused import load_columns
from connectors.store.tables import Batch, LayoutRow

LOCK = 7135  # the advisory lock of a first batch: its rows are corrected by one at a time
_LOCK = text(f"SELECT pg_advisory_xact_lock({LOCK}, hashtext(CAST(:first AS text)))")
_KNOWN = text("SELECT batch_id FROM batch WHERE corrects = :first AND digest = :digest")
_ROWS = text("""
    SELECT r.row_number, c.row_number IS NULL FROM rejected_row r
    LEFT JOIN corrected_row c ON c.batch_id = :first AND c.row_number = r.row_number WHERE r.batch_id = :batch
""")
_SETTLE = text("""
    INSERT INTO corrected_row (batch_id, row_number, corrected_by)
    SELECT :first, taken, :batch FROM unnest(CAST(:taken AS integer[])) AS taken
    WHERE NOT EXISTS (SELECT FROM rejected_row r WHERE r.batch_id = :batch AND r.row_number = taken)
""")
_COUNT = text("""
    SELECT count(*) FROM rejected_row r JOIN corrected_row c ON c.batch_id = :first AND c.row_number = r.row_number
    WHERE r.batch_id = :batch
""")


async def find_first(session: AsyncSession, dataset: Dataset, batch_id: UUID) -> UUID:
    """Return the batch whose rows are corrected: the one named, or the one it corrects. Raises CorrectionError."""
    batch = await session.get(Batch, batch_id)
    if batch is None or (batch.agency, batch.dataset) != (dataset.agency, dataset.dataset):
        raise CorrectionError(f"没有批次 {batch_id} there is no batch {batch_id} of this dataset")
    return batch.corrects or batch.batch_id


async def find_same(session: AsyncSession, first: UUID, digest: bytes) -> Batch | None:
    """Return the batch these very corrections already are, under whatever id they were sent."""
    await session.execute(_LOCK, {"first": str(first)})
    found = (await session.execute(_KNOWN, {"first": first, "digest": digest})).scalar_one_or_none()
    return await session.get(Batch, found) if found else None


async def read_corrected(
    session: AsyncSession, dataset: Dataset, first: UUID, table: Table, file: Path | None
) -> Corrected:
    """Return the corrected rows as a table to take in. Raises CorrectionError, here or while they are read."""
    if file is not None:
        from connectors.decoding.formulas import refuse_formulas

        await asyncio.to_thread(refuse_formulas, file)
    whose = find_batch_of(table.header)
    if whose is None:
        raise CorrectionError(
            "不是问题数据表：请用下载的问题数据表更正后提交 "
            "this is no table of refused rows: correct the one you downloaded"
        )
    if await find_first(session, dataset, whose) != first:
        raise CorrectionError(f"该文件是批次 {whose} 的问题数据 this file holds the refused rows of batch {whose}")
    rows = (await session.execute(_ROWS, {"first": first, "batch": whose})).all()
    names = await load_columns(session, whose)
    refusals = Refusals(
        names, await _width(session, first), {n for n, _ in rows}, {n for n, is_open in rows if is_open}
    )
    return corrected(table, refusals)


async def settle(session: AsyncSession, first: UUID, batch_id: UUID, taken: Collection[int]) -> None:
    """Note which rows of the first batch this one brought in order: those it took in and did not refuse again."""
    await session.execute(_SETTLE, {"first": first, "batch": batch_id, "taken": list(taken)})


async def count_corrected(session: AsyncSession, batch: Batch) -> int:
    """Return how many of a batch's refused rows were corrected since."""
    values = {"first": batch.corrects or batch.batch_id, "batch": batch.batch_id}
    return int((await session.execute(_COUNT, values)).scalar_one()) if batch.rejected else 0


async def _width(session: AsyncSession, first: UUID) -> int | None:
    batch = await session.get(Batch, first)
    layout = await session.get(LayoutRow, batch.layout_id) if batch and batch.layout_id else None
    return len(layout.header_key) if layout else None
