"""Workbooks of other formats (XLS, XLSB, ODS), read by fastexcel: cells as text, errors as nothing.

Read in a process of its own (connectors/decoding/workbook.py).
"""

from pathlib import Path
from typing import Any

import fastexcel

from connectors.decoding.xlsx import Sheet
from connectors.errors import MalformedError


class OldWorkbook:
    """An opened workbook; `sheets` names its sheets in their order."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises ValueError where it is damaged."""
        try:
            self._book = fastexcel.read_excel(path.read_bytes())
        except fastexcel.FastExcelError as fault:
            raise ValueError(path) from fault
        self.sheets = list(self._book.sheet_names)

    def is_hidden(self, name: str) -> bool:
        """Tell whether Excel does not show a sheet."""
        return bool(self._load(name, 1).visible != "visible")

    def holds_rows(self, name: str) -> bool:
        """Tell whether a sheet holds anything."""
        return bool(self._load(name, 1).total_height)

    def read(self, name: str, most: int | None = None) -> Sheet:
        """Return a sheet, or its first rows."""
        frame = self._load(name, most).to_polars()
        sheet = Sheet()
        for number, row in enumerate(frame.iter_rows(), start=1):
            cells = [cell or "" for cell in row]
            while cells and not cells[-1].strip():
                cells.pop()
            if cells:
                if any("\x00" in cell for cell in cells):
                    raise MalformedError(f"第 {number} 行含有空字符 row {number} has a NUL character")
                sheet.rows.append((number, cells))
        return sheet

    def _load(self, name: str, most: int | None) -> Any:  # noqa: ANN401 - fastexcel's own
        try:
            return self._book.load_sheet(name, header_row=None, skip_rows=0, n_rows=most, dtypes="string")
        except fastexcel.FastExcelError as fault:
            raise ValueError(name) from fault
