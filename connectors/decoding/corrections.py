"""The workbook of refused rows on its way back: reasons in front, row numbers of the first batch, cells corrected.

1. The front columns are recognised, the batch in the first heading is the one corrected, the others are its columns.
2. Every row names a row that was refused, once; a row that was corrected before is passed over.
3. What remains is a table with the first batch's own columns and row numbers, and nothing of the reasons.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from uuid import UUID

from connectors.decoding.decode import Table
from connectors.errors import ConnectorError
from connectors.model.folding import heading_key
from connectors.model.two_languages import Language, in_language

HEADINGS = ("行号 row", "列 column", "原值 value", "原因 reason", "代码 code")
LANGUAGES: tuple[Language | None, ...] = (None, "zh", "en")  # None: both
SHORTENED = 2_000  # characters: a cell of this length was cut when it was kept
_FIRST = re.compile(r"(?:行号\s*(?:row)?|row)\s*[·:：]?\s*([0-9a-fA-F-]{36})?")
_BEYOND = re.compile(r"第(\d+)列")
_RUNS = r"[=+\-@＝＋－＠\t\r\n]"  # a spreadsheet takes the full-width forms for the others
_FORMULA = re.compile(rf"'+{_RUNS}")
_FORMS = {"utf-8", "gb18030", "xlsx"}


class CorrectionError(ConnectorError):
    """The file is not the workbook of this batch's refused rows."""


@dataclass(frozen=True)
class Refusals:
    """What may be corrected: the columns refused rows have, the first header's width, and the rows refused and open."""

    names: Sequence[str]
    width: int | None
    refused: Collection[int]
    open: Collection[int]


@dataclass
class Corrected:
    """The table to take in; `taken` lists its row numbers once it was read."""

    table: Table
    taken: list[int] = field(default_factory=list)


def headings(batch: UUID, language: Language | None = None) -> list[str]:
    """Return the front columns' headings, in both languages or in one.

    The first names the batch, so that no two workbooks are mixed up.
    """
    first, *others = front_headings(language)
    return [f"{first} · {batch}", *others]


def front_headings(language: Language | None) -> list[str]:
    """Return what the front columns are called, in both languages or in one."""
    return [in_language(heading, language) if language else heading for heading in HEADINGS]


def find_batch_of(header: Sequence[str]) -> UUID | None:
    """Return the batch whose refused rows these are, None for any other file. Raises CorrectionError."""
    front = [heading_key(name) for name in header[1 : len(HEADINGS)]]
    found = _FIRST.fullmatch(header[0].strip()) if header else None
    known = [[heading_key(name) for name in front_headings(language)[1:]] for language in LANGUAGES]
    if found is None or front not in known:
        return None
    try:
        return UUID(found[1] or "")
    except ValueError as fault:
        raise CorrectionError(
            "第 1 列标题中的批次号不见了，请重新下载 the first heading lost its batch id: download again"
        ) from fault


def corrected(table: Table, refusals: Refusals) -> Corrected:
    """Return the corrected rows as a delivery of their own. Raises CorrectionError, here or while rows are read."""
    if table.encoding not in _FORMS:
        raise CorrectionError("请存为 XLSX 或 CSV 再提交 save the corrected file as XLSX or CSV")
    names = table.header[len(HEADINGS) :]
    while names and not names[-1]:
        names = names[:-1]
    _check_columns(names, refusals.names)
    beyond = [place for place, name in enumerate(names) if _is_beyond(name, refusals.width)]
    first = {heading_key(name): at for at, name in enumerate(refusals.names)}
    own = sorted(  # as the first batch had them: a mapping may know a column by its place
        (place for place in range(len(names)) if place not in beyond),
        key=lambda place: first[heading_key(names[place])],
    )
    made = Corrected(Table(table.encoding, [names[place] for place in own], iter(())))
    unescape = _as_written if table.encoding == "xlsx" else _without_mark
    rows = _rows(table, refusals, made.taken, len(names), unescape)
    shaped = ((number, _shaped(cells, own, beyond)) for number, cells in rows)
    return Corrected(Table(table.encoding, made.table.header, shaped), made.taken)


def _check_columns(names: Sequence[str], wanted: Sequence[str]) -> None:
    have, need = ({heading_key(name): name for name in some} for some in (names, wanted))
    gone, new = [need[key] for key in need if key not in have], [have[key] for key in have if key not in need]
    if gone or new or len(have) != len(names):
        raise CorrectionError(
            f"列被改动过：缺少 {'、'.join(gone) or '无'}，多出 {'、'.join(new) or '无'}；只改单元格，不增删改列 "
            "the columns were changed: correct cells only, leave the columns as they are"
        )


def _is_beyond(name: str, width: int | None) -> bool:
    """Tell a column that holds what stood beyond the last column of a shifted row."""
    found = _BEYOND.fullmatch(name)
    return bool(found and width is not None and int(found[1]) > width)


def _rows(
    table: Table, refusals: Refusals, taken: list[int], width: int, unescape: Callable[[str], str]
) -> Iterator[tuple[int, list[str]]]:
    seen: set[int] = set()
    for line, given in table.rows:
        if not any(cell.strip() for cell in given):
            continue
        cells = [unescape(cell) for cell in given[len(HEADINGS) :]]
        number = _number(given[0], line)
        if fault := _fault_of(number, cells, refusals, seen, width):
            raise CorrectionError(f"第 {line} 行{fault} (row {line})")
        seen.add(number)
        if number in refusals.open:
            taken.append(number)
            yield number, cells
    if not taken:
        raise CorrectionError("没有待更正的行：都已更正过 no row is left to correct: all were corrected before")


def _fault_of(number: int, cells: list[str], refusals: Refusals, seen: set[int], width: int) -> str | None:
    if any(cell.strip() for cell in cells[width:]):
        return "比标题行长 is longer than the headings"
    if number not in refusals.refused:
        return f"：行号 {number} 不在该批次的问题数据中 {number} was not refused in this batch"
    if number in seen:
        return f"：行号 {number} 出现两次 {number} stands there twice"
    if any(len(cell) == SHORTENED for cell in cells):
        return "有被截短的单元格，请从原文件整行重报 has a shortened cell: send it from your own file"
    return None


def _number(cell: str, line: int) -> int:
    try:
        return int(cell.strip().removesuffix(".0"))
    except ValueError as fault:
        raise CorrectionError(f"第 {line} 行第 1 列不是行号 row {line}: column 1 holds no row number") from fault


def _shaped(cells: list[str], own: Sequence[int], beyond: Sequence[int]) -> list[str]:
    """Lay a row out as the first batch's columns; what still stands beyond them stays, for the mapping to refuse."""
    whole = dict(zip_longest(range(max(len(own) + len(beyond), len(cells))), cells, fillvalue=""))
    overhang = [whole[place] for place in beyond if whole[place].strip()]
    return [whole[place] for place in own] + overhang


def escaped(cell: str) -> str:
    """Mark a cell that a spreadsheet would run as a formula when it opens a CSV file (CWE-1236)."""
    return f"'{cell}" if re.match(rf"'*{_RUNS}", cell) else cell


def _without_mark(cell: str) -> str:
    return cell[1:] if _FORMULA.match(cell) else cell


def _as_written(cell: str) -> str:
    return cell
