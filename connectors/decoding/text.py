"""Delimited text (CSV and its kin) read row by row: in which encoding, with which separator, and no row swallowed.

A quotation mark that is never closed, or closes some lines too late, makes one cell of many rows, and every reader of
CSV takes it for granted. So the lines of the file are counted apart from reading them, and a row over several lines is
looked at.
"""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BufferedReader, FileIO, TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple, TextIO

from connectors.errors import MalformedError
from connectors.model.counting import Tally

MOST_COLUMNS = 200
LONGEST_CELL = 1 << 20  # characters
LONGEST_LINE = 4 << 20  # bytes
LONGEST_ROW = 4 << 20  # bytes, over all its lines
SEPARATORS = ",\t;|，"
_CHUNK = 1 << 20
_SHOWN_BYTES = 6
_CR, _LF = b"\r\n"
_LINES_LOOKED_AT = 40
_LONGEST_LOOKED_AT = 1 << 16  # characters of a line
_SHARE = 0.6  # of the lines that a rare separator must stand in, to be one
_NAMED = re.compile(r'"?sep=([^\w"\r\n ])"?[\r\n]*', re.IGNORECASE)  # Excel's own first line
_LINE_END = re.compile(r"\r\n|\r|\n")
Row = tuple[int, list[str]]


class Scan(NamedTuple):
    """The offset of the first byte that is not text in an encoding, and the lines counted until there."""

    fault: int | None
    lines: int


def scan(path: Path, encoding: str) -> Scan:
    """Look a file through in an encoding, and count its lines. A NUL is text in none.

    Raises MalformedError for a line that does not end: it is looked at here, before anything holds it in memory.
    """
    decoder, read, line, lines, last = codecs.getincrementaldecoder(encoding)(), 0, 0, 0, b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            line = line + len(chunk) if end < 0 else len(chunk) - end
            if line > LONGEST_LINE:
                raise MalformedError(
                    f"有一行超过 {LONGEST_LINE >> 20} MB a line is longer than {LONGEST_LINE >> 20} MB"
                )
            if encoding != "utf-16" and (at := chunk.find(b"\x00")) >= 0:
                return Scan(read + at, lines)
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as fault:
                return Scan(max(0, read + len(chunk) - len(fault.object)) + fault.start, lines)
            if "\x00" in text:
                return Scan(read + 2 * text.index("\x00"), lines)
            ends, last = _line_ends(text.encode() if encoding == "utf-16" else chunk, last)
            lines += ends
            read += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return Scan(read, lines)
    return Scan(None, lines + (last not in {b"", b"\n", b"\r"}))


def place_of(path: Path, encoding: str, offset: int, other: str) -> tuple[str, str]:
    """Return, in Chinese and in English, where the byte at an offset stands, and what it is.

    The file is text in `encoding` up to there; two characters at most are told, read in the `other` encoding: the
    rows of agencies are not for messages.
    """
    decoder, line, last = codecs.getincrementaldecoder(encoding)("ignore"), 1, ""
    with path.open("rb") as file:
        for at in range(0, offset, _CHUNK):
            text = last + decoder.decode(file.read(min(_CHUNK, offset - at)))
            line, last = line + len(_LINE_END.findall(text)), text[-1:].replace("\n", "")
            line -= last == "\r"  # counted with what follows: it may be a line's whole end, or half of it
        line += last == "\r"
        file.seek(offset)
        found = file.read(_SHOWN_BYTES)
    words = found.decode(other, "ignore")[:2]
    zh, en = (f"，按 {other} 是“{words}”", f", in {other} “{words}”") if words.isalpha() else ("", "")
    if not found:
        return f"第 {line} 行没有写完", f"line {line} is cut short"
    shown = found[:2].hex(" ").upper()
    first = offset + 1  # people count from one
    return f"第 {line} 行，第 {first} 字节起的 {shown}{zh}", f"line {line}, at byte {first}: {shown}{en}"


def _line_ends(piece: bytes, before: bytes) -> tuple[int, bytes]:
    """Count the line ends of a piece, where CR and LF are one, also if the piece before ended between them; return the
    piece's last byte too.
    """
    import numpy as np  # noqa: PLC0415 - bytes.count finds pairs at a tenth of this speed

    values = np.frombuffer(piece, np.uint8)
    returns = np.flatnonzero(values[:-1] == _CR)
    alone = len(returns) - np.count_nonzero(values[returns + 1] == _LF) + piece.endswith(b"\r")
    split = before == b"\r" and piece.startswith(b"\n")
    return int(np.count_nonzero(values == _LF) + alone) - split, piece[-1:] or before


def read_text(  # noqa: C901 - every row of a delivery passes here: no call more than it needs
    path: Path, encoding: str, lines: int, tally: Tally
) -> Iterator[Row]:
    """Yield the rows that hold anything; the others are counted. `lines` is how many the file has.

    Raises MalformedError that names the line where a quotation mark swallows others.
    """
    csv.field_size_limit(LONGEST_CELL)
    separator, named = _separator_of(path, encoding)
    with _Rationed(FileIO(path)) as given, TextIOWrapper(given, _codec(encoding), newline="") as file:
        # GB18030 files carry the byte order mark too, when they were converted carelessly.
        reader = csv.reader(chain([next(file, "").lstrip("\ufeff")], file, given.end()), delimiter=separator)
        number = line = within = width = 0  # `within`: lines that go on a row begun before
        above: list[str] = []
        try:
            if named:
                next(reader)
                number = line = 1
                tally.titles.add(number)
            for cells in reader:
                given.left = LONGEST_ROW
                number += 1
                if (reached := reader.line_num) != line + 1:
                    if given.ended:
                        raise _unclosed(path, encoding, separator, line + 1, reached)
                    within += _lines_within(cells, separator, len(above or cells), (line + 1, reached))
                line = reached
                if not cells or not (cells[0].strip() or any(map(str.strip, cells))):
                    if given.ended:
                        break
                    tally.blank.add(number)
                    continue
                if len(cells) > MOST_COLUMNS:
                    width = max(width, len(above))
                    above = _without_empty_columns(cells, width, first=not above)
                else:
                    above = cells
                yield number, above
        except (csv.Error, OverflowError) as fault:
            raise _unreadable(path, encoding, separator, (number, line), reader.line_num, fault) from fault
        tally.total = lines - within


class _Rationed(BufferedReader):
    """A file that is read up to the limit of one row: a quotation mark that is never closed would take all of it."""

    left, ended = LONGEST_ROW, False

    def read1(self, size: int = -1, /) -> bytes:
        """Read a piece. Raises OverflowError beyond the limit, which whoever reads moves on with each row."""
        piece = super().read1(size)
        self.left -= len(piece)
        if self.left < 0:
            raise OverflowError("引号未闭合？ a quotation mark that is not closed?")
        return piece

    def end(self) -> Iterator[str]:
        """Yield an empty line behind the last: a row of its own, unless a quotation mark is still open."""
        self.ended = True
        yield ""


def _codec(encoding: str) -> str:
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _opened(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=_codec(encoding), newline="")


def _separator_of(path: Path, encoding: str) -> tuple[str, bool]:
    """Return what separates cells, and whether the first line is there to name it (sep=;)."""
    with _opened(path, encoding) as file:
        lines = [file.readline(_LONGEST_LOOKED_AT).lstrip("\ufeff") for _ in range(_LINES_LOOKED_AT)]
    if found := _NAMED.fullmatch(lines[0]):
        return found[1], True
    return max(SEPARATORS, key=lambda separator: _weight(lines, separator)), False


def _weight(lines: Sequence[str], separator: str) -> int:
    """Return how many cells a separator would make in lines that agree on their number; titles have none."""
    counts = [line.count(separator) for line in lines if line.strip()]
    agreed = Counter(filter(None, counts)).most_common(1)
    if not agreed:
        return 0
    from_first = len(counts) - next(place for place, count in enumerate(counts) if count)
    rare = separator not in ",\t"  # texts hold them too, a different number in each line
    return 0 if rare and agreed[0][1] < _SHARE * from_first else agreed[0][0] * agreed[0][1]


def _without_empty_columns(cells: list[str], width: int, *, first: bool) -> list[str]:
    """Cut what is empty at the end of a wide row, down to the width of those before it; no more than can be refused."""
    end = len(cells)
    while end > width and not cells[end - 1].strip():
        end -= 1
    return cells[: end if first else min(end, MOST_COLUMNS + 1)]


def _lines_within(cells: Sequence[str], separator: str, width: int, lines: tuple[int, int]) -> int:
    """Return how many lines a row of several has after its first. Raises MalformedError where a cell holds whole rows:
    between its line ends, or up to the first and from the last, there are as many separators as a row has.
    """
    first, last = lines
    most = width - 1
    for place, cell in enumerate(cells):
        inside = _LINE_END.split(cell)
        if len(inside) == 1 or most < 1:
            continue
        counts = [line.count(separator) for line in inside]
        ends = counts[0] == most - place and counts[-1] == most - (len(cells) - 1 - place)
        if ends or any(count >= most for count in counts[1:-1]):
            raise MalformedError(
                f"第 {first} 到 {last} 行在同一对引号内，几行数据并成了一格：请改正第 {first} 行的引号 lines {first} "
                f"to {last} stand inside one pair of quotation marks, which makes one cell of whole rows: correct the "
                f"mark in line {first}"
            )
    return last - first


def _unclosed(path: Path, encoding: str, separator: str, first: int, last: int) -> MalformedError:
    at = _find_open_quote(path, encoding, separator, first, last) or first
    return MalformedError(
        f"第 {at} 行的引号没有闭合，其后的各行都并入了这一格：请改正该行的引号 line {at} opens a quotation mark that "
        "is never closed, which makes one cell of all lines after it: correct the mark in that line"
    )


def _unreadable(
    path: Path, encoding: str, separator: str, before: tuple[int, int], reached: int, fault: Exception
) -> MalformedError:
    number, line = before
    at = _find_open_quote(path, encoding, separator, line + 1, max(reached, line + 1))
    zh, en = (f"；第 {at} 行的引号未闭合", f"; line {at} opens a quotation mark") if at else ("", "")
    return MalformedError(f"第 {number + 1} 行无法读取{zh} row {number + 1} cannot be read: {fault}{en}")


def _find_open_quote(path: Path, encoding: str, separator: str, first: int, last: int) -> int | None:
    """Return the line in which the mark opens that is still open after line `last`; a row begins in line `first`."""
    opened, state = None, "start"
    with _opened(path, encoding) as file:
        for number, line in enumerate(islice(file, first - 1, last), first):
            for character in line:
                if character == '"' and state in {"start", "closed"}:
                    opened, state = (number if state == "start" else opened), "quoted"
                elif state == "quoted":
                    state = "closed" if character == '"' else "quoted"
                else:
                    state = "start" if character in (separator, "\r", "\n", "\ufeff") else "plain"
    return opened if state == "quoted" else None
