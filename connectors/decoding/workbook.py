"""Spreadsheets, read in a process of their own, whose memory and time are bounded.

A workbook of a few kilobytes can ask its reader for any amount of memory: a cell in the last corner of a sheet, an
archive that unpacks to a thousand times its size, shared strings that never end. Whatever happens to the child, the
delivery is refused and the service goes on. The child writes a sheet as CSV, which is read as it comes.
"""

import csv
import io
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connectors.errors import MalformedError

LARGEST_WORKBOOK_BYTES = 64 * 1024 * 1024
MOST_MEMORY_BYTES = 2 * 1024 * 1024 * 1024
MOST_SECONDS = 120
_DAMAGED = 3  # the child's way to say that the file, not the machine, is at fault
_ASK_ZH, _ASK_EN = "请另存为 CSV（UTF-8）再提交", "save it as CSV (UTF-8) and send that"


def read_workbook(path: Path, sheet: str = "", most: int | None = None) -> Iterator[list[str]]:
    """Yield the rows of a sheet, or its first ones, blank ones too, every cell as text. Raises MalformedError.

    Without a sheet, the names of those that hold anything come first, then the rows of the first of them.
    """
    if path.stat().st_size > LARGEST_WORKBOOK_BYTES:
        most = LARGEST_WORKBOOK_BYTES >> 20
        raise MalformedError(f"电子表格超过 {most} MB，{_ASK_ZH} the workbook is larger than {most} MB: {_ASK_EN}")
    command = [sys.executable, "-m", "connectors.decoding.workbook", str(path), sheet, str(most or "")]
    env = {"PATH": os.environ.get("PATH", ""), "POLARS_MAX_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, env=env) as child,
    ):
        assert child.stdout is not None  # noqa: S101 - it is a pipe
        try:
            with io.TextIOWrapper(child.stdout, encoding="utf-8", newline="") as lines:
                yield from csv.reader(lines)
        except csv.Error as fault:
            raise MalformedError("电子表格有过长的单元格 a cell of the workbook is too long") from fault
        else:
            status = child.wait()
        finally:
            child.kill()
    if status == _DAMAGED:
        raise MalformedError("电子表格已损坏或没有工作表 the spreadsheet is damaged or has no sheet")
    if status:
        raise MalformedError(f"电子表格过大，{_ASK_ZH} the workbook needs too much memory or time: {_ASK_EN}")


def _write_sheet(path: Path, sheet: str, most: int | None) -> None:
    """Write a sheet as CSV to standard output, after the names of all if none is named; runs in the child."""
    import fastexcel  # noqa: PLC0415 - the parent never loads it

    try:
        book = fastexcel.read_excel(path.read_bytes())
        if not sheet:
            names = [name for name in book.sheet_names if len(book.sheet_names) == 1 or _has_rows(book, name)]
            sheet = (names or book.sheet_names)[0]
            line = io.StringIO(newline="")
            csv.writer(line).writerow(names or [sheet])
            sys.stdout.buffer.write(line.getvalue().encode())
            sys.stdout.buffer.flush()
        frame = book.load_sheet(sheet, header_row=None, skip_rows=0, n_rows=most, dtypes="string").to_polars()
        frame.write_csv(sys.stdout.buffer, include_header=False, null_value="", quote_style="always")
    except (fastexcel.FastExcelError, ValueError, IndexError):
        sys.exit(_DAMAGED)
    except BaseException as fault:  # noqa: BLE001 - the reader panics outside of Exception
        sys.exit(_DAMAGED if type(fault).__name__ == "PanicException" else 1)


def _has_rows(book: Any, name: str) -> bool:  # noqa: ANN401 - fastexcel's own
    return bool(book.load_sheet(name, header_row=None, n_rows=1, dtypes="string").total_height)


def _bound_this_process() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _bound_this_process()
    _write_sheet(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if sys.argv[3] else None)
