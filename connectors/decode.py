"""Deliveries as agencies send them, read as rows of text: GB18030, BOMs, spreadsheets named .csv, JSON, XML.

The content decides, never the name. Rows keep their number as a person counts them in a spreadsheet (the header is row
1), and shifted rows are handed on as they are: the mapping judges them, nothing is dropped here.
"""

import codecs
import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import fastexcel

from connectors.errors import MalformedError
from connectors.objects import read_objects

MOST_COLUMNS = 200
LONGEST_CELL = 1 << 20  # characters
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OBJECTS = frozenset({b"{", b"[", b"<"})  # JSON, NDJSON, XML: no column name begins so
_CHUNK = 1 << 20
_DAMAGED = "电子表格已损坏或没有工作表 the spreadsheet is damaged or has no sheet"


@dataclass(frozen=True)
class Table:
    """A file's header and its rows; `rows` yields (row number, cells) and can be read once.

    `header_row` is the number of the row the header was; `others` opens a workbook's further sheets by name, whole or
    their first rows only.
    """

    encoding: str
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]
    header_row: int = 1
    sheet: str = ""
    others: Mapping[str, Callable[[int | None], "Table"]] = field(default_factory=dict)


def decode(path: Path) -> Table:
    """Open a delivery. Raises MalformedError with what is wrong and where, here or while the rows are read."""
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise MalformedError("文件是空的 the file is empty")
    if (mark := start.removeprefix(codecs.BOM_UTF8)[:1]) in _OBJECTS:
        form, names, rows = read_objects(path, mark)
        return Table(form, names, rows)
    if start in {_ZIP, _OLE}:
        return _workbook(path, "xlsx" if start == _ZIP else "xls")
    encoding = _encoding_of(path)
    return _table(encoding, _text(path, encoding))


def _table(encoding: str, lines: Iterator[tuple[int, list[str]]], sheet: str = "") -> Table:
    number, first = next(lines, (1, []))
    header = [cell.strip() for cell in first]
    if not any(header):
        raise MalformedError("第 1 行没有列名 row 1 holds no column names")
    if len(header) > MOST_COLUMNS:
        raise MalformedError(
            f"有 {len(header)} 列，最多 {MOST_COLUMNS} 列 {len(header)} columns, at most {MOST_COLUMNS}"
        )
    return Table(encoding, header, lines, number, sheet)


def _encoding_of(path: Path) -> str:
    """Return the encoding the whole file is valid in. Raises MalformedError that names the offending byte."""
    faults = []
    for encoding in ("utf-8", "gb18030"):
        fault = _first_fault(path, encoding)
        if fault is None:
            return encoding
        faults.append(fault)
    raise MalformedError(
        f"既不是 UTF-8（第 {faults[0]} 字节）也不是 GB18030（第 {faults[1]} 字节） neither UTF-8 nor GB18030: bytes "
        f"{faults[0]} and {faults[1]} are invalid; save the file as UTF-8"
    )


def _first_fault(path: Path, encoding: str) -> int | None:
    """Return the offset of the first byte that is not text in this encoding. A NUL is text in none."""
    decoder, read = codecs.getincrementaldecoder(encoding)(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if (at := chunk.find(b"\x00")) >= 0:
                return read + at
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as fault:
                return max(0, read + len(chunk) - len(fault.object)) + fault.start
            read += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return read
    return None


def _text(path: Path, encoding: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as file:
        reader = csv.reader(_without_mark(file), delimiter=_delimiter_of(path, encoding))
        number = 0
        try:
            for number, cells in enumerate(reader, start=1):
                if cells:  # a blank line is no row, but it is counted
                    yield number, cells
        except csv.Error as fault:
            raise MalformedError(f"第 {number + 1} 行无法读取 row {number + 1} cannot be read: {fault}") from fault


def _without_mark(lines: Iterator[str]) -> Iterator[str]:
    """Take away the byte order mark that GB18030 files carry too, when they were converted carelessly."""
    for line in lines:
        yield line.lstrip("\ufeff")
        break
    yield from lines


def _delimiter_of(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(LONGEST_CELL)
    return "\t" if first.count("\t") > first.count(",") else ","


def _workbook(path: Path, encoding: str) -> Table:
    """Open the first sheet that holds anything; the others are at hand."""
    try:
        book = fastexcel.read_excel(path.read_bytes())
        names = [name for name in book.sheet_names if _has_rows(book, name)]
    except (fastexcel.FastExcelError, ValueError) as fault:
        raise MalformedError(_DAMAGED) from fault
    if not names:
        raise MalformedError("第 1 行没有列名 row 1 holds no column names")
    others = {name: partial(_sheet_table, book, encoding, name) for name in names[1:]}
    return replace(_sheet_table(book, encoding, names[0], None), others=others)


def _has_rows(book: fastexcel.ExcelReader, name: str) -> bool:
    return book.load_sheet(name, header_row=None, n_rows=1, dtypes="string").total_height > 0


def _sheet_table(book: fastexcel.ExcelReader, encoding: str, name: str, most: int | None) -> Table:
    return _table(encoding, _sheet(book, name, most), name)


def _sheet(book: fastexcel.ExcelReader, name: str, most: int | None) -> Iterator[tuple[int, list[str]]]:
    """Read a sheet, or its first rows, every cell as text."""
    try:
        frame = book.load_sheet(name, header_row=None, skip_rows=0, n_rows=most, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, ValueError) as fault:
        raise MalformedError(_DAMAGED) from fault
    for number, cells in enumerate(frame.iter_rows(), start=1):
        if any(cell is not None for cell in cells):
            yield number, ["" if cell is None else str(cell) for cell in cells]
