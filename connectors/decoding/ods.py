"""Open documents (ODS), read by fastexcel: cells as text. It reads errors as nothing, and the digits that were lost as
digits, so that a document that holds either is refused whole.

Read in a process of its own (connectors/decoding/workbook.py).
"""

import re
import zipfile
from pathlib import Path
from typing import Any

import fastexcel
from lxml import etree

from connectors.decoding.number_formats import shown_number
from connectors.decoding.sheet import LONGEST_SHOWN, Sheet
from connectors.errors import MalformedError

_ERROR = re.compile(r"#(?:N/A|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!)|Err:[0-9]{3}")


class OpenDocument:
    """An opened workbook; `sheets` names its sheets in their order."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises ValueError where it is damaged, MalformedError where a cell cannot be read as it stands."""
        _refuse_what_is_lost(path)
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
        sheet = Sheet()
        for number, row in enumerate(self._load(name, most).to_polars().iter_rows(), start=1):
            cells = [cell or "" for cell in row]
            if any("\x00" in cell for cell in cells):
                raise MalformedError(f"第 {number} 行含有空字符 row {number} has a NUL character")
            sheet.add_row(number, ((place, cell, "") for place, cell in enumerate(cells)))
        return sheet

    def _load(self, name: str, most: int | None) -> Any:  # noqa: ANN401 - fastexcel's own
        try:
            return self._book.load_sheet(name, header_row=None, skip_rows=0, n_rows=most, dtypes="string")
        except fastexcel.FastExcelError as fault:
            raise ValueError(name) from fault


def _refuse_what_is_lost(path: Path) -> None:
    """Raise MalformedError where a cell is an error, or a number of more digits than are kept."""
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
        for _, cell in etree.iterparse(
            stream, tag="{*}table-cell", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        ):
            told = {name.rpartition("}")[2]: value for name, value in cell.attrib.items()}
            text = "".join(cell.itertext())[:LONGEST_SHOWN]
            # LibreOffice names the type of an error in a name of its own, after the standard's; others only show it.
            if told.get("value-type") == "error" or ("formula" in told and _ERROR.fullmatch(text.strip())):
                raise _lost(f"错误值 {text}", f"the error {text}")
            if shown_number(told.get("value", ""), "plain") is None:
                raise _lost(f"超过 15 位的数字 {text}", f"the number {text} of more than 15 digits")
            cell.clear()
            while cell.getprevious() is not None:
                del cell.getparent()[0]


def _lost(zh: str, en: str) -> MalformedError:
    return MalformedError(
        f"ODS 电子表格有{zh}：请改正，或另存为 XLSX 再提交 the ODS spreadsheet holds {en}: mend it, or save it as XLSX "
        "and send that"
    )
