"""Deliveries as agencies send them, read as rows of text: GB18030, BOMs, spreadsheets named .csv, JSON, XML.

The content decides, never the name. Rows keep their number as a person counts them in a spreadsheet (the header is row
1), and shifted rows are handed on as they are: the mapping judges them, nothing is dropped here. Whatever the bytes
are, they are rows or a MalformedError, and neither takes more memory than a few of the longest rows.
"""

import codecs
import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path

from connectors.decoding.workbook import read_workbook
from connectors.errors import MalformedError

MOST_COLUMNS = 200
LONGEST_CELL = 1 << 20  # characters
LONGEST_LINE = 4 << 20  # bytes
LONGEST_ROW = 4 << 20  # characters, over all its lines
_ZIP, _OLE, _GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OBJECTS = frozenset({b"{", b"[", b"<"})  # JSON, NDJSON, XML: no column name begins so
_CHUNK = 1 << 20
_TITLES = 3


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
        start = file.read(256)
    if not start:
        raise MalformedError("文件是空的 the file is empty")
    if start.startswith(_GZIP):
        raise MalformedError(
            "文件是 gzip 压缩的，请解压，或加 Content-Encoding: gzip the file is packed: unpack it, or say "
            "Content-Encoding: gzip"
        )
    if (mark := _mark_of(start)) in _OBJECTS:
        from connectors.decoding.objects import read_objects

        form, names, rows = read_objects(path, mark)
        return Table(form, names, rows)
    if start.startswith((_ZIP, _OLE)):
        return _workbook(path, "xlsx" if start.startswith(_ZIP) else "xls")
    encoding = "utf-16" if start.startswith(_UTF16) else _encoding_of(path)
    if encoding == "utf-16" and (fault := _first_fault(path, encoding)) is not None:
        raise MalformedError(f"第 {fault} 字节不是 UTF-16 byte {fault} is not UTF-16: save the file as UTF-8")
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


def _mark_of(start: bytes) -> bytes:
    """Return the first character that says something, as a byte; XML may be in UTF-16, JSON may not (RFC 8259 8.1)."""
    for bom in (codecs.BOM_UTF8, *_UTF16):
        start = start.removeprefix(bom)
    return start.lstrip(b" \t\r\n\x00")[:1]


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
    """Return the offset of the first byte that is not text in this encoding. A NUL is text in none.

    Raises MalformedError for a line that does not end: it is looked at here, before anything holds it in memory.
    """
    decoder, read, line = codecs.getincrementaldecoder(encoding)(), 0, 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            line = line + len(chunk) if last < 0 else len(chunk) - last
            if line > LONGEST_LINE:
                raise MalformedError(
                    f"有一行超过 {LONGEST_LINE >> 20} MB a line is longer than {LONGEST_LINE >> 20} MB"
                )
            if encoding != "utf-16" and (at := chunk.find(b"\x00")) >= 0:
                return read + at
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as fault:
                return max(0, read + len(chunk) - len(fault.object)) + fault.start
            if "\x00" in text:
                return read + 2 * text.index("\x00")
            read += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return read
    return None


def _text(path: Path, encoding: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LONGEST_CELL)
    left = [LONGEST_ROW]
    with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as file:
        # GB18030 files carry the byte order mark too, when they were converted carelessly.
        lines = chain([next(file, "").lstrip("\ufeff")], file)
        reader = csv.reader(_rationed(lines, left), delimiter=_delimiter_of(path, encoding))
        number = 0
        try:
            for number, cells in enumerate(reader, start=1):
                left[0] = LONGEST_ROW
                if cells:  # a blank line is no row, but it is counted
                    yield number, cells if number == 1 else cells[: MOST_COLUMNS + 1]
        except (csv.Error, OverflowError) as fault:
            raise MalformedError(f"第 {number + 1} 行无法读取 row {number + 1} cannot be read: {fault}") from fault


def _rationed(lines: Iterator[str], left: list[int]) -> Iterator[str]:
    """Pass lines on up to the limit of one row: a quotation mark that is never closed would swallow the whole file."""
    for line in lines:
        left[0] -= len(line)
        if left[0] < 0:
            raise OverflowError("引号未闭合？ a quotation mark that is not closed?")
        yield line


def _delimiter_of(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as file:
        first = "".join(file.readline(LONGEST_CELL) for _ in range(_TITLES))  # a title has neither
    return "\t" if first.count("\t") > first.count(",") else ","


def _workbook(path: Path, encoding: str) -> Table:
    """Open the first sheet that holds anything; the others are at hand."""
    rows = read_workbook(path)
    sheet, *more = next(rows, [""])
    others = {name: partial(_sheet_table, path, encoding, name) for name in more}
    return replace(_table(encoding, _sheet(rows), sheet), others=others)


def _sheet_table(path: Path, encoding: str, name: str, most: int | None) -> Table:
    return _table(encoding, _sheet(read_workbook(path, name, most)), name)


def _sheet(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Number the rows of a sheet; one without a cell is none, but it is counted."""
    for number, cells in enumerate(rows, start=1):
        if any(cells):
            if any("\x00" in cell for cell in cells):
                raise MalformedError(f"第 {number} 行含有空字符 row {number} has a NUL character")
            yield number, cells if number == 1 else cells[: MOST_COLUMNS + 1]
