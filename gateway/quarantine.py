"""The refused rows of a batch as a workbook a clerk can open, correct and send again."""

import asyncio
import io
from uuid import UUID

import xlsxwriter
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from connectors.tables import RejectedRow

HEADINGS = ("行号 row", "列 column", "原值 value", "原因 reason", "代码 code")
MOST_ROWS = 500_000


async def write_workbook(session: AsyncSession, batch_id: UUID) -> bytes:
    """Return an XLSX of the batch's refused rows in their order: the reasons, then the row as it came."""
    query = (
        select(RejectedRow)
        .where(col(RejectedRow.batch_id) == batch_id)
        .order_by(col(RejectedRow.row_number))
        .limit(MOST_ROWS)
    )
    rows = list((await session.execute(query)).scalars())
    return await asyncio.to_thread(_workbook, rows)


def _workbook(rows: list[RejectedRow]) -> bytes:
    target = io.BytesIO()
    # A cell that starts with "=" stays text: nothing an agency sends is ever run by the clerk's spreadsheet.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        sheet = workbook.add_worksheet("问题数据")
        names = list(dict.fromkeys(name for row in rows for name in row.cells))
        sheet.write_row(0, 0, [*HEADINGS, *names], workbook.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for line, row in enumerate(rows, start=1):
            shown = ["；".join(reason[part] for reason in row.reasons) for part in ("column", "value", "text", "code")]
            sheet.write_number(line, 0, row.row_number)
            for place, cell in enumerate([*shown, *(row.cells.get(name, "") for name in names)], start=1):
                sheet.write_string(line, place, cell)
    return target.getvalue()
