"""Spreadsheets, read in a process of their own, whose memory and time are bounded.

A workbook of a few kilobytes can ask its reader for any amount of memory: a cell in the last corner of a sheet, an
archive that unpacks to a thousand times its size, shared strings that never end. Whatever happens to the child, the
delivery is refused and the service goes on. The child writes a line about the sheet, then its rows, a line each.
"""

import os
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from connectors.conversion.cells import Faults, Reason, shown
from connectors.decoding.sheet import column_letters
from connectors.errors import MalformedError

LARGEST_WORKBOOK_BYTES = 64 * 1024 * 1024
MOST_MEMORY_BYTES = 2 * 1024 * 1024 * 1024
MOST_SECONDS = 120
_DAMAGED, _REFUSED = 3, 4  # the child's ways to say that the file, not the machine, is at fault
_ASK_ZH, _ASK_EN = "请另存为 CSV（UTF-8）再提交", "save it as CSV (UTF-8) and send that"
_FAULTS = {
    "error": Reason(
        "spreadsheet_error", "", "",
        "单元格 {at} 是 Excel 的错误值 {shown}：请改正其公式或填写数值 cell {at} holds an error of "
        "Excel's: mend its formula or give the value",
    ),
    "formula": Reason(
        "cell_formula", "", "",
        "单元格 {at} 的公式没有保存结果：请在 Excel 或 WPS 中打开并保存，或粘贴为数值 cell {at} has a formula without "
        "a saved result: open and save it in Excel or WPS, or paste the value",
    ),
    "rounded": Reason(
        "cell_rounded", "", "",
        "单元格 {at} 的数字超过 15 位，Excel 已改写其余各位：请把该列设为文本后重新填写 cell {at} has more than the 15 "
        "digits that Excel keeps: make the column text and fill it in anew",
    ),
}  # fmt: skip
MergedDown = tuple[int, int, int]  # place, first and last row


class SheetAbout(msgspec.Struct, frozen=True):
    """A sheet as the child describes it: how many rows hold anything, how wide the widest is, and what is peculiar.

    `others` are the further sheets that hold rows, `hidden` those sheets, this one too, that Excel does not show.
    """

    sheet: str
    others: list[str]
    hidden: list[str]
    filled: int
    width: int
    merged: list[MergedDown]
    faults: list[tuple[int, int, str, str]]


def open_sheet(
    path: Path, sheet: str = "", most: int | None = None
) -> tuple[SheetAbout, Iterator[tuple[int, list[str]]]]:
    """Return what a sheet is and its rows that hold anything, every cell as text; or its first rows alone.

    Without a name, the first sheet that holds anything. Raises MalformedError, here or while rows are read.
    """
    if path.stat().st_size > LARGEST_WORKBOOK_BYTES:
        size = LARGEST_WORKBOOK_BYTES >> 20
        raise MalformedError(f"电子表格超过 {size} MB，{_ASK_ZH} the workbook is larger than {size} MB: {_ASK_EN}")
    lines = _lines_of_child(path, sheet, most)
    about = msgspec.json.decode(next(lines), type=SheetAbout)
    return about, _rows(lines)


def _rows(lines: Iterator[bytes]) -> Iterator[tuple[int, list[str]]]:
    decoder = msgspec.json.Decoder(tuple[int, list[str]])
    for line in lines:
        yield decoder.decode(line)


def faults_of(about: SheetAbout) -> Mapping[int, Faults]:
    """Return the cells of a sheet that cannot be used, by row and place, each with the reason in words."""
    found: dict[int, dict[int, Reason]] = defaultdict(dict)
    for row, place, kind, value in about.faults:
        reason, told = _FAULTS[kind], shown(value)
        text = reason.text.format(at=f"{column_letters(place)}{row}", shown=told)
        found[row][place] = replace(reason, value=told, text=text)
    return dict(found)


def _lines_of_child(path: Path, sheet: str, most: int | None) -> Iterator[bytes]:
    command = [sys.executable, "-m", "connectors.decoding.workbook", str(path), sheet, str(most or "")]
    env = {"PATH": os.environ.get("PATH", ""), "POLARS_MAX_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, env=env) as child,
    ):
        assert child.stdout is not None  # noqa: S101 - it is a pipe
        try:
            yield from child.stdout
            status = child.wait()
        finally:
            child.kill()
        if status == _REFUSED:
            said.seek(0)
            raise MalformedError(said.read().decode())
    if status == _DAMAGED:
        raise MalformedError(
            "电子表格已损坏或没有工作表，请用 Excel 或 WPS 打开，另存为 XLSX 后再提交 "
            "the spreadsheet is damaged or has no sheet: open it in Excel or WPS, save it as XLSX and send that"
        )
    if status:
        raise MalformedError(f"电子表格过大，{_ASK_ZH} the workbook needs too much memory or time: {_ASK_EN}")


def _write_sheet(path: Path, sheet: str, most: int | None) -> None:
    """Write what a sheet is, then its rows, to standard output; runs in the child."""
    from connectors.decoding.xlsx import DAMAGE  # noqa: PLC0415 - the parent never loads it

    try:
        _write(_opened(path), sheet, most)
    except MalformedError as refusal:
        sys.stderr.write(str(refusal))
        sys.exit(_REFUSED)
    except DAMAGE:
        sys.exit(_DAMAGED)
    except BaseException as fault:  # noqa: BLE001 - the reader panics outside of Exception
        sys.exit(_DAMAGED if type(fault).__name__ == "PanicException" else 1)


def _opened(path: Path) -> Any:  # noqa: ANN401 - any of the readers, each loaded for its own files alone
    from connectors.decoding.foreign import refuse_foreign_ole, refuse_foreign_zip  # noqa: PLC0415

    if not zipfile.is_zipfile(path):
        from connectors.decoding.xls import OldWorkbook  # noqa: PLC0415

        refuse_foreign_ole(path.read_bytes())
        return OldWorkbook(path)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    refuse_foreign_zip(names)
    if "content.xml" in names:
        from connectors.decoding.ods import OpenDocument  # noqa: PLC0415

        return OpenDocument(path)
    from connectors.decoding.xlsx import Workbook  # noqa: PLC0415

    return Workbook(path)


def _write(book: Any, sheet: str, most: int | None) -> None:  # noqa: ANN401 - any of the readers
    named = [sheet] if sheet else [name for name in book.sheets if len(book.sheets) == 1 or book.holds_rows(name)]
    taken, *others = named or list(book.sheets)[:1]
    found = book.read(taken, most)
    width = max((len(cells) for _, cells in found.rows), default=0)
    hidden = [name for name in named if len(book.sheets) > 1 and book.is_hidden(name)]
    about = SheetAbout(taken, others, hidden, len(found.rows), width, found.merged, found.faults)
    encoder, out = msgspec.json.Encoder(), sys.stdout.buffer
    out.write(encoder.encode(about) + b"\n")
    for row in found.rows:
        out.write(encoder.encode(row) + b"\n")


def _bound_this_process() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _bound_this_process()
    _write_sheet(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if sys.argv[3] else None)
