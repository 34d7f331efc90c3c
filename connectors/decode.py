"""Deliveries as agencies send them, read as rows of text: GB18030, BOMs, spreadsheets named .csv, JSON, XML.

The content decides, never the name. Rows keep their number as a person counts them in a spreadsheet (the header is row
1), and shifted rows are handed on as they are: the mapping judges them, nothing is dropped here.
"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fastexcel

from connectors.errors import MalformedError
from connectors.objects import read_objects

MOST_COLUMNS = 200
LONGEST_CELL = 1 << 20  # characters
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OBJECTS = frozenset({b"{", b"[", b"<"})  # JSON, NDJSON, XML: no column name begins so
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Table:
    """A file's header and its rows; `rows` yields (row number, cells) and can be read once."""

    encoding: str
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]


def decode(path: Path) -> Table:
    """Open a delivery. Raises MalformedError with what is wrong and where, here or while the rows are read."""
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise MalformedError("文件是空的 the file is empty")
    if (mark := start.removeprefix(codecs.BOM_UTF8)[:1]) in _OBJECTS:
        form, names, rows = read_objects(path, mark)
        return Table(form, names, rows)
    encoding = "xlsx" if start == _ZIP else "xls" if start == _OLE else _encoding_of(path)
    lines = _sheet(path) if encoding in {"xlsx", "xls"} else _text(path, encoding)
    first = next(lines, (1, []))[1]
    header = [cell.strip() for cell in first]
    if not any(header):
        raise MalformedError("第 1 行没有列名 row 1 holds no column names")
    if len(header) > MOST_COLUMNS:
        raise MalformedError(
            f"有 {len(header)} 列，最多 {MOST_COLUMNS} 列 {len(header)} columns, at most {MOST_COLUMNS}"
        )
    return Table(encoding, header, lines)


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


def _sheet(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Read the first sheet, every cell as text."""
    try:
        sheet = fastexcel.read_excel(path.read_bytes()).load_sheet(0, header_row=None, dtypes="string")
        frame = sheet.to_polars()
    except (fastexcel.FastExcelError, ValueError) as fault:
        raise MalformedError("电子表格已损坏或没有工作表 the spreadsheet is damaged or has no sheet") from fault
    for number, cells in enumerate(frame.iter_rows(), start=1):
        if any(cell is not None for cell in cells):
            yield number, ["" if cell is None else str(cell) for cell in cells]
