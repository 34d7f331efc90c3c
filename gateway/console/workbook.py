"""Rows as a file that spreadsheets open: a workbook, or CSV. What a cell holds stays text."""

import csv
import io
from collections.abc import Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins so


def write_workbook(name: str, rows: Sequence[Sequence[Any]], beside: Sequence[Sequence[str]] = ()) -> bytes:
    """Return a workbook of texts and numbers, its sheet of this name; `beside` on a second one."""
    import xlsxwriter  # noqa: PLC0415 - large, for whoever writes one

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        as_text = book.add_format({"num_format": "@"})
        for title, lines in ((name, rows), *((("说明", beside),) if beside else ())):
            sheet = book.add_worksheet(title)
            sheet.set_column(0, 32, 24, as_text)
            for number, line in enumerate(lines):
                for place, cell in enumerate(line):
                    if isinstance(cell, int):
                        sheet.write_number(number, place, cell)
                    else:
                        sheet.write_string(number, place, cell or "")
            sheet.freeze_panes(1, 0)
    return written.getvalue()


def write_csv(rows: Sequence[Sequence[Any]]) -> bytes:
    """Return CSV with the mark that spreadsheets know UTF-8 by; no cell is taken for a formula."""
    written = io.StringIO()
    csv.writer(written).writerows([[_unformula(cell) for cell in row] for row in rows])
    return written.getvalue().encode("utf-8-sig")


def _unformula(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
