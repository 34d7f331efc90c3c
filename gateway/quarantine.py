"""The refused rows of a batch as a workbook a clerk can open, correct and send again."""

import asyncio
import io
from uuid import UUID

import xlsxwriter
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from connectors.personal import Protector, SubjectKeys
from connectors.refused import open_refused
from connectors.tables import RejectedRow
from gateway.database import raw

HEADINGS = ("行号 row", "列 column", "原值 value", "原因 reason", "代码 code")
MOST_ROWS = 500_000


async def write_workbook(session: AsyncSession, batch_id: UUID, protector: Protector) -> bytes:
    """Return an XLSX of the batch's refused rows in their order: the reasons, then the row as it came."""
    query = (
        select(RejectedRow)
        .where(col(RejectedRow.batch_id) == batch_id)
        .order_by(col(RejectedRow.row_number))
        .limit(MOST_ROWS)
    )
    rows = list((await session.execute(query)).scalars())
    opened = await open_refused(SubjectKeys(protector), await raw(session), rows)
    numbered = [(row.row_number, *found) for row, found in zip(rows, opened, strict=True)]
    return await asyncio.to_thread(_workbook, numbered)


def _workbook(rows: list[tuple[int, list[dict[str, str]], dict[str, str]]]) -> bytes:
    target = io.BytesIO()
    # A cell that starts with "=" stays text: nothing an agency sends is ever run by the clerk's spreadsheet.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        sheet = workbook.add_worksheet("问题数据")
        names = list(dict.fromkeys(name for _, _, cells in rows for name in cells))
        sheet.write_row(0, 0, [*HEADINGS, *names], workbook.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for line, (number, reasons, cells) in enumerate(rows, start=1):
            shown = ["；".join(reason[part] for reason in reasons) for part in ("column", "value", "text", "code")]
            sheet.write_number(line, 0, number)
            for place, cell in enumerate([*shown, *(cells.get(name, "") for name in names)], start=1):
                sheet.write_string(line, place, cell)
    return target.getvalue()
