"""A table as a file: CSV with the mark spreadsheets know UTF-8 by, or a workbook. What a cell holds stays text."""

import csv
import io

from gateway.console.table import Cell, Content, Table
from gateway.console.words import Words

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins so


def export_table(table: Table, words: Words) -> bytes:
    """Return the columns that are shown, with their headings, as the form of file that was asked for."""
    heading: list[str | int] = [words(column.label) for column in table.query.columns]
    lines = [heading] + [[_text(cell) for _, cell in row] for row in table.shown()]
    return _csv(lines) if table.query.exporting == "csv" else _workbook(lines)


def _text(cell: Content) -> str | int:
    if isinstance(cell, Cell):
        return f"{cell.text} {cell.sub}" if cell.sub else cell.text
    return "" if cell is None else cell


def _csv(lines: list[list[str | int]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([[_unformula(cell) for cell in line] for line in lines])
    return written.getvalue().encode("utf-8-sig")


def _unformula(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _workbook(lines: list[list[str | int]]) -> bytes:
    import xlsxwriter

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for number, line in enumerate(lines):
            for place, cell in enumerate(line):
                if isinstance(cell, int):
                    sheet.write_number(number, place, cell)
                else:
                    sheet.write_string(number, place, cell, bold if number == 0 else None)
        sheet.freeze_panes(1, 0)
    return written.getvalue()
