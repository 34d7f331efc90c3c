"""Deliveries as agencies send them, read as rows of text: GB18030, BOMs, spreadsheets named .csv, JSON, XML.

The content decides, never the name. Rows keep their number as a person counts them in a spreadsheet (the header is row
1), and shifted rows are handed on as they are: the mapping judges them. Rows without content are counted and not handed
on; nothing else is dropped here. Whatever the bytes are, they are rows or a MalformedError, and neither takes more
memory than a few of the longest rows.
"""

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from connectors.conversion.cells import Faults
from connectors.decoding.foreign import LOOKED_AT, refuse_big5, refuse_foreign
from connectors.decoding.text import MOST_COLUMNS, place_of, read_text, scan
from connectors.decoding.workbook import MergedDown, SheetAbout, faults_of, open_sheet
from connectors.errors import MalformedError
from connectors.model.counting import Tally

_ZIP, _OLE, _GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OBJECTS = frozenset({b"{", b"[", b"<"})  # JSON, NDJSON, XML: no column name begins so
Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Table:
    """A file's header and its rows; `rows` yields (row number, cells) and can be read once.

    `header_row` is the number of the row the header was; `others` opens a workbook's further sheets by name, whole or
    their first rows only. `tally` counts while the rows are read. Of a workbook: cells that cannot be used as they
    stand, by row and place, and cells merged downwards.
    """

    encoding: str
    header: list[str]
    rows: Iterator[Row]
    header_row: int = 1
    sheet: str = ""
    others: Mapping[str, Callable[[int | None], "Table"]] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    faults: Mapping[int, Faults] = field(default_factory=dict)
    merged: list[MergedDown] = field(default_factory=list)


def decode(path: Path) -> Table:
    """Open a delivery. Raises MalformedError with what is wrong and where, here or while the rows are read."""
    with path.open("rb") as file:
        start = file.read(LOOKED_AT)
    if not start:
        raise MalformedError("文件是空的，请重新导出后再提交 the file is empty: export it again and send that")
    if start.startswith(_GZIP):
        raise MalformedError(
            "文件是 gzip 压缩的，请解压，或加 Content-Encoding: gzip the file is packed: unpack it, or say "
            "Content-Encoding: gzip"
        )
    refuse_foreign(start)
    if (mark := _mark_of(start[:256])) in _OBJECTS:
        from connectors.decoding.objects import read_objects

        tally = Tally()
        form, names, rows = read_objects(path, mark, tally)
        return Table(form, names, filled(rows, tally), tally=tally)
    if start.startswith((_ZIP, _OLE)):
        return _sheet_table(path, "xlsx" if start.startswith(_ZIP) else "xls")
    return _text_table(path, start)


def filled(rows: Iterable[Row], tally: Tally) -> Iterator[Row]:
    """Hand on the rows that hold anything, and count the others."""
    for number, cells in rows:
        if any(map(str.strip, cells)):
            yield number, cells
        else:
            tally.blank.add(number)


def _mark_of(start: bytes) -> bytes:
    """Return the first character that says something, as a byte; XML may be in UTF-16, JSON may not (RFC 8259 8.1)."""
    for bom in (codecs.BOM_UTF8, *_UTF16):
        start = start.removeprefix(bom)
    return start.lstrip(b" \t\r\n\x00")[:1]


def _text_table(path: Path, start: bytes) -> Table:
    encoding, lines = _encoding_of(path, start)
    tally = Tally()
    return _table(encoding, read_text(path, encoding, lines, tally), tally)


def _encoding_of(path: Path, start: bytes) -> tuple[str, int]:
    """Return the encoding the whole file is valid in, and its lines. Raises MalformedError that names the fault."""
    if start.startswith(_UTF16):
        found = scan(path, "utf-16")
        if found.fault is not None:
            zh, en = place_of(path, "utf-16", found.fault, "utf-8")
            raise MalformedError(f"{zh}不是 UTF-16，请另存为 UTF-8 not UTF-16: {en}; save it as UTF-8")
        return "utf-16", found.lines
    faults = []
    for encoding in ("utf-8", "gb18030"):
        found = scan(path, encoding)
        if found.fault is None:
            if encoding == "gb18030":
                refuse_big5(start)
            return encoding, found.lines
        faults.append(found.fault)
    refuse_big5(start)
    zh_utf8, en_utf8 = place_of(path, "utf-8", faults[0], "gb18030")
    zh_gb, en_gb = place_of(path, "gb18030", faults[1], "utf-8")
    raise MalformedError(
        f"编码混杂或已损坏：不是 UTF-8（{zh_utf8}），也不是 GB18030（{zh_gb}）；请把整个文件另存为 UTF-8 "
        f"mixed or damaged encoding: not UTF-8 ({en_utf8}), nor GB18030 ({en_gb}); save the whole file as UTF-8"
    )


def _table(encoding: str, rows: Iterator[Row], tally: Tally) -> Table:
    number, first = next(rows, (1, []))
    header = [cell.strip() for cell in first]
    if not any(header):
        raise MalformedError("没有列名：没有一行有内容 there are no column names: no row holds anything")
    check_width(header)
    return Table(encoding, header, rows, number, tally=tally)


def check_width(header: list[str]) -> None:
    """Pass a header that is not too wide. Raises MalformedError."""
    if len(header) > MOST_COLUMNS:
        raise MalformedError(
            f"有 {len(header)} 列，最多 {MOST_COLUMNS} 列 {len(header)} columns, at most {MOST_COLUMNS}"
        )


def _sheet_table(path: Path, form: str, name: str = "", most: int | None = None) -> Table:
    """Open a sheet, or the first that holds anything; the others are at hand."""
    about, lines = open_sheet(path, name, most)
    tally = Tally(sheet=about.sheet, unread_sheets=about.others, hidden_sheets=about.hidden)
    table = _table(form, _sheet_rows(about, lines, tally), tally)
    others = {} if name else {other: partial(_sheet_table, path, form, other) for other in about.others}
    return Table(
        form, table.header, table.rows, table.header_row, about.sheet, others, tally, faults_of(about), about.merged
    )


def _sheet_rows(about: SheetAbout, lines: Iterator[Row], tally: Tally) -> Iterator[Row]:
    """Lay the rows of a sheet out as wide as the widest; those left out between them are blank."""
    following = 1
    for number, cells in lines:
        if number > following:
            tally.blank.add(following, number - 1)
        following = number + 1
        yield number, [*cells, *[""] * (about.width - len(cells))]
    tally.total = about.filled + tally.blank.count
