"""The refused rows of a batch as a workbook or CSV that a clerk opens, corrects and sends back.

In front stand row number, column, value, reason and code, then the row as it came. Rows go through in portions: memory
does not grow with them.
"""

import asyncio
import csv
import io
from collections.abc import Sequence
from typing import BinaryIO, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.decoding.corrections import escaped, headings
from connectors.model.two_languages import Language, in_language
from connectors.personal.sealing import Protector, SubjectKeys
from connectors.store.refused import load_columns, open_refused, stream_refused
from gateway.runtime.database import raw

Form = Literal["xlsx", "csv"]
MEDIA_TYPES: dict[Form, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
MOST_IN_WORKBOOK = 1_000_000  # a sheet has 1 048 576 rows; CSV has no end
_PARTS = ("column", "value", "text", "code")
Line = list[str | int]


async def write_rejected(
    session: AsyncSession, batch_id: UUID, target: BinaryIO, form: Form, protector: Protector, *, personal: bool = True,
    language: Language | None = None,
) -> None:  # fmt: skip
    """Write the batch's refused rows into `target`, in their order, opened for the agency they came from.

    Without `personal` whatever may tell of a person is hidden. Reasons stand in both languages, or in one.
    """
    keys, connection = SubjectKeys(protector), await raw(session)
    names = await load_columns(session, batch_id)
    sheet = (_Workbook if form == "xlsx" else _Csv)(target, [*headings(batch_id, language), *names])
    async for portion in stream_refused(session, batch_id):
        opened = await open_refused(keys, connection, portion, personal=personal)
        lines = [_line(row.row_number, *found, names, language) for row, found in zip(portion, opened, strict=True)]
        await asyncio.to_thread(sheet.write, lines)
    await asyncio.to_thread(sheet.close)


def _line(
    number: int, reasons: list[dict[str, str]], cells: dict[str, str], names: Sequence[str], language: Language | None
) -> Line:
    if language:
        reasons = [{**reason, "text": in_language(reason["text"], language)} for reason in reasons]
    shown = ["；".join(reason[part] for reason in reasons) for part in _PARTS]
    return [number, *shown, *(cells.get(name, "") for name in names)]


class _Workbook:
    """Writes a sheet row by row; a cell that starts with "=" stays text, whatever an agency sent."""

    def __init__(self, target: BinaryIO, header: Sequence[str]) -> None:
        import xlsxwriter

        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(target, options)
        self._sheet = self._book.add_worksheet("问题数据")
        self._sheet.write_row(0, 0, header, self._book.add_format({"bold": True}))
        self._sheet.freeze_panes(1, 0)
        self._at = 0

    def write(self, lines: Sequence[Line]) -> None:
        for line in lines[: MOST_IN_WORKBOOK - self._at]:
            self._at += 1
            self._sheet.write_number(self._at, 0, line[0])
            for place, cell in enumerate(line[1:], start=1):
                self._sheet.write_string(self._at, place, cell)

    def close(self) -> None:
        self._book.close()


class _Csv:
    """Writes UTF-8 with the mark that spreadsheets know it by."""

    def __init__(self, target: BinaryIO, header: Sequence[str]) -> None:
        self._file = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(header)

    def write(self, lines: Sequence[Line]) -> None:
        self._writer.writerows([[escaped(str(cell)) for cell in line] for line in lines])

    def close(self) -> None:
        self._file.detach()
