"""A sheet as the readers of workbooks hand it on: rows of text, and the cells that cannot be used. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.decoding.number_formats import Form, shown_number
from connectors.errors import MalformedError

LONGEST_CELL = 1 << 20  # characters
LONGEST_ROW = 4 << 20
MOST_FAULTS = 100_000
MOST_MERGED = 100_000
LONGEST_SHOWN = 200
Fault = tuple[int, int, str, str]  # row, place, what is wrong, what Excel shows
Cell = tuple[int, str, str]  # place, what Excel shows, what is wrong


@dataclass
class Sheet:
    """The rows of a sheet that hold anything, trimmed to their last cell; `merged` are place, first and last row."""

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def add_row(self, number: int, cells: Iterable[Cell]) -> None:
        """Take a row, if any of its cells holds anything. Raises MalformedError where it is too long to be one."""
        row: list[str] = []
        characters = 0
        for place, shown, wrong in cells:
            if not shown.strip():
                continue
            if wrong:
                self.faults.append((number, place, wrong, shown[:LONGEST_SHOWN]))
            characters += len(shown)
            if len(shown) > LONGEST_CELL or characters > LONGEST_ROW:
                raise MalformedError("电子表格有过长的单元格 a cell of the workbook is too long")
            row.extend([""] * (place + 1 - len(row)))
            row[place] = shown
        if len(self.faults) > MOST_FAULTS:
            raise MalformedError(f"电子表格有超过 {MOST_FAULTS} 个错误单元格 more than {MOST_FAULTS} cells hold errors")
        if row:
            self.rows.append((number, row))

    def add_merged(self, place: int, first: int, last: int) -> None:
        """Take cells merged from the first row to the last; those merged to the right alone say nothing."""
        if last > first and len(self.merged) < MOST_MERGED:
            self.merged.append((place, first, last))

    def is_full(self, most: int | None) -> bool:
        """Tell whether it has as many rows as were asked for."""
        return most is not None and len(self.rows) >= most


def shown_or_rounded(raw: str, form: Form, *, from_1904: bool) -> tuple[str, str]:
    """Return what Excel shows for a number, and what is wrong with it."""
    shown = shown_number(raw, form, from_1904=from_1904)
    return (raw, "rounded") if shown is None else (shown, "")


def column_letters(place: int) -> str:
    """Return a column's letters by its place, 0 is A."""
    letters, rest = "", place + 1
    while rest:
        rest, at = divmod(rest - 1, 26)
        letters = chr(ord("A") + at) + letters
    return letters
