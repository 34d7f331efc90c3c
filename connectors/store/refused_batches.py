"""Batches with refused rows, and what became of each of their rows: still open, sent back and refused again, mended."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

_BATCHES = """
    FROM batch b CROSS JOIN LATERAL (SELECT count(*) AS rows FROM corrected_row c WHERE c.batch_id = b.batch_id) c
    WHERE b.corrects IS NULL AND b.rejected > 0 AND (CAST(:agency AS text) IS NULL OR b.agency = :agency)
      AND (:dataset = '' OR b.dataset = :dataset)
      AND (:state = '' OR (b.rejected > c.rows) = (:state = 'open'))
"""
_LIST = text(f"""
    SELECT b.batch_id, b.agency, b.dataset, b.sender_batch, b.received_at, b.rejected, c.rows AS corrected {_BATCHES}
    ORDER BY b.received_at DESC, b.batch_id LIMIT :most OFFSET :offset
""")
_COUNT = text(f"SELECT count(*), coalesce(sum(b.rejected - c.rows), 0) {_BATCHES}")
# The batches that sent rows of a first one back, and the newest of them that refused a row once more.
_ROWS = """
    FROM rejected_row r
    LEFT JOIN corrected_row c ON c.batch_id = r.batch_id AND c.row_number = r.row_number
    LEFT JOIN LATERAL (
        SELECT x.batch_id, x.reasons, x.cells FROM batch b JOIN rejected_row x ON x.batch_id = b.batch_id
        WHERE b.corrects = r.batch_id AND x.row_number = r.row_number AND c.row_number IS NULL
        ORDER BY b.received_at DESC LIMIT 1) again ON true
    WHERE r.batch_id = :batch AND (:state = '' OR :state = CASE WHEN c.row_number IS NOT NULL THEN 'mended'
        WHEN again.batch_id IS NOT NULL THEN 'again' ELSE 'open' END)
"""
_ROW_LIST = text(f"""
    SELECT r.row_number, c.corrected_by, coalesce(again.batch_id, r.batch_id) AS batch_id,
        coalesce(again.reasons, r.reasons) AS reasons, coalesce(again.cells, r.cells) AS cells,
        CASE WHEN c.row_number IS NOT NULL THEN 'mended' WHEN again.batch_id IS NOT NULL THEN 'again'
            ELSE 'open' END AS state
    {_ROWS} ORDER BY r.row_number LIMIT :most OFFSET :offset
""")
_ROW_COUNT = text(f"SELECT count(*) {_ROWS}")


async def list_refused_batches(
    session: AsyncSession, agency: str | None, dataset: str, state: str, offset: int, most: int
) -> Sequence[RowMapping]:
    """Return batches of one agency or of all that had rows refused, newest first, of a dataset or of all ("").

    `state`: "open" where rows are still to be corrected, "mended" where none is, "" for both. Columns: batch_id,
    agency, dataset, sender_batch, received_at, rejected, corrected.
    """
    values = {"agency": agency, "dataset": dataset, "state": state, "offset": offset, "most": most}
    return (await session.execute(_LIST, values)).mappings().all()


async def count_refused_batches(session: AsyncSession, agency: str | None, dataset: str, state: str) -> tuple[int, int]:
    """Return how many such batches there are, and how many of their rows are still to be corrected."""
    batches, rows = (await session.execute(_COUNT, {"agency": agency, "dataset": dataset, "state": state})).one()
    return int(batches), int(rows)


async def list_refused_rows(
    session: AsyncSession, batch_id: UUID, state: str, offset: int, most: int
) -> Sequence[Row[Any]]:
    """Return refused rows of a first batch in their order, of one state or of all (""), sealed as they are kept.

    Columns: row_number, corrected_by, batch_id, reasons, cells, state. Of a row that was sent back and refused again,
    batch_id, reasons and cells are those of the last time.
    """
    values = {"batch": batch_id, "state": state, "offset": offset, "most": most}
    return (await session.execute(_ROW_LIST, values)).all()


async def count_refused_rows(session: AsyncSession, batch_id: UUID, state: str) -> int:
    """Return how many refused rows of a first batch have this state, or all of them ("")."""
    return int((await session.execute(_ROW_COUNT, {"batch": batch_id, "state": state})).scalar_one())
