"""The sheets of an XLS workbook (MS-XLS), read by xlrd, every cell as Excel shows it, under the rules of XLSX.

Read in a process of its own (connectors/decoding/workbook.py).
"""

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import xlrd
from xlrd.compdoc import CompDocError

from connectors.decoding.foreign import foreign
from connectors.decoding.number_formats import forms_of
from connectors.decoding.sheet import Cell, Sheet, shown_or_rounded

# What xlrd raises for bytes that are no workbook.
_DAMAGE = (
    xlrd.XLRDError, CompDocError, struct.error, ArithmeticError, AssertionError, AttributeError, LookupError, TypeError,
)  # fmt: skip
_FORMULA, _BEGIN, _END = 0x0006, 0x0809, 0x000A  # records (2.3.2)
_NOT_CALCULATED = 0x02  # set by programs that leave the result to Excel, which itself never sets it
_NO_RESULT = {bytes(8), b"\x03\x00\x00\x00\x00\x00\xff\xff"}  # the number 0, the text of no characters


class OldWorkbook:
    """An opened workbook; `sheets` names its sheets in their order."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises ValueError where it is damaged, MalformedError where it has a password."""
        with _damage_told(path.name):
            self._book = xlrd.open_workbook(
                file_contents=path.read_bytes(), formatting_info=True, on_demand=True, ragged_rows=True,
                ignore_workbook_corruption=True,  # Excel opens what programs pack loosely
                logfile=Path(os.devnull).open("w"),  # noqa: SIM115 - it is used until this process ends
            )  # fmt: skip
            codes = {number.format_key: number.format_str for number in self._book.format_list}
            self._forms = forms_of(codes, (style.format_key for style in self._book.xf_list))
        self.sheets = list(self._book.sheet_names())
        if any("\x00" in name for name in self.sheets):  # no process can be told such a name
            raise ValueError(path.name)

    def is_hidden(self, name: str) -> bool:
        """Tell whether Excel does not show a sheet."""
        with _damage_told(name):
            return bool(self._book.sheet_by_name(name).visibility)

    def holds_rows(self, name: str) -> bool:
        """Tell whether a sheet holds anything."""
        return bool(self.read(name, most=1).rows)

    def read(self, name: str, most: int | None = None) -> Sheet:
        """Return a sheet, or the first rows of it that hold anything. Raises ValueError where it is damaged."""
        sheet = Sheet()
        with _damage_told(name):
            found = self._book.sheet_by_name(name)
            for top, bottom, left, _ in found.merged_cells:
                sheet.add_merged(left, top + 1, bottom)
            without = _without_result(self._book, found.number)
            for row in range(found.nrows):
                sheet.add_row(row + 1, self._cells(found, row, without))
                if sheet.is_full(most):
                    break
        return sheet

    def _cells(self, found: xlrd.sheet.Sheet, row: int, without: set[tuple[int, int]]) -> Iterator[Cell]:
        for place, (kind, value) in enumerate(zip(found.row_types(row), found.row_values(row), strict=True)):
            if (row, place) in without:
                yield place, "=", "formula"
            elif kind == xlrd.XL_CELL_TEXT:
                yield place, value.replace("\x00", ""), ""
            elif kind == xlrd.XL_CELL_ERROR:
                yield place, xlrd.error_text_from_code.get(value, "#ERROR!"), "error"
            elif kind == xlrd.XL_CELL_BOOLEAN:
                yield place, "TRUE" if value else "FALSE", ""
            elif kind in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
                form = self._forms[found.cell_xf_index(row, place)]
                yield place, *shown_or_rounded(repr(value), form, from_1904=bool(self._book.datemode))


@contextmanager
def _damage_told(name: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as fault:
        if "encrypted" in str(fault):
            raise foreign("有打开密码的工作簿", "a workbook with a password") from fault
        raise ValueError(name) from fault


def _without_result(book: xlrd.Book, number: int) -> set[tuple[int, int]]:
    """Return row and place of a sheet's formulas whose result was not saved, which xlrd reads as 0 or nothing."""
    found, depth = set(), 0
    at = book._sh_abs_posn[number]  # noqa: SLF001 - where the sheet begins; xlrd has no other name for it
    while at + 4 <= len(book.mem):
        kind, length = struct.unpack_from("<HH", book.mem, at)
        if kind == _FORMULA:
            row, place, _, result, flags = struct.unpack_from("<HHH8sH", book.mem, at + 4)
            if flags & _NOT_CALCULATED and result in _NO_RESULT:
                found.add((row, place))
        depth += (kind == _BEGIN) - (kind == _END)  # a chart within the sheet begins and ends, too
        if not depth:
            break
        at += 4 + length
    return found
