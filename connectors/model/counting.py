"""Every row of a delivery is of one kind, and the kinds add up to the rows the file has. Pure.

Kept are numbers alone, never what stands in a row.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from connectors.errors import MalformedError

MOST_SPANS = 200
MOST_CONFLICTS = 100
MOST_CONTRADICTING = 50  # rows told of one key


class RowNumbers:
    """How many rows are of one kind, and which: the first spans of their numbers."""

    def __init__(self) -> None:
        self.count = 0
        self._spans: list[list[int]] = []

    def add(self, first: int, last: int | None = None) -> None:
        """Add a row, or all rows from `first` to `last`."""
        last = first if last is None else last
        self.count += last - first + 1
        if self._spans and self._spans[-1][1] == first - 1:
            self._spans[-1][1] = last
        elif len(self._spans) < MOST_SPANS:
            self._spans.append([first, last])

    def add_all(self, numbers: Iterable[int]) -> None:
        """Add rows by their numbers, in any order."""
        for number in sorted(numbers):
            self.add(number)

    def first(self, most: int) -> list[int]:
        """Return the first of the numbers."""
        return list(islice(chain.from_iterable(range(first, last + 1) for first, last in self._spans), most))

    def document(self) -> dict[str, Any]:
        """Return the count and the spans ("4", "7-9")."""
        spans = [str(first) if first == last else f"{first}-{last}" for first, last in self._spans]
        return {"count": self.count, "rows": spans}


@dataclass
class Tally:
    """What the rows of one delivery were; it grows while they are read.

    `total` is how many rows there are by a count other than reading them, set by the reader at the end at the latest.
    `persons` are rows of data that were dropped. `conflicts` are the numbers of rows that stand under one key and
    differ, the last of which holds.
    """

    total: int | None = None
    titles: RowNumbers = field(default_factory=RowNumbers)
    header: RowNumbers = field(default_factory=RowNumbers)
    repeated_headers: RowNumbers = field(default_factory=RowNumbers)
    blank: RowNumbers = field(default_factory=RowNumbers)
    footers: RowNumbers = field(default_factory=RowNumbers)
    persons: RowNumbers = field(default_factory=RowNumbers)
    conflicting_keys: int = 0
    conflicts: list[list[int]] = field(default_factory=list)
    sheet: str = ""
    unread_sheets: list[str] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)
    repeated_columns: list[str] = field(default_factory=list)

    def check(self, data: int) -> None:
        """Pass where the rows of data and all others are the rows of the file. Raises MalformedError."""
        others = (self.titles, self.header, self.repeated_headers, self.blank, self.footers)
        counted = data + sum(numbers.count for numbers in others)
        if self.total is not None and self.total != counted:
            raise MalformedError(
                f"文件有 {self.total} 行，只数到 {counted} 行，未入库：请另存为 CSV（UTF-8）或 XLSX 再提交 the file "
                f"has {self.total} rows, {counted} were counted, nothing was stored: save it as CSV (UTF-8) or XLSX"
            )

    def add_conflict(self, numbers: list[int]) -> None:
        """Add rows that contradict each other."""
        self.conflicting_keys += 1
        if len(self.conflicts) < MOST_CONFLICTS:
            self.conflicts.append(numbers[:MOST_CONTRADICTING])

    def document(self, data: int) -> dict[str, Any]:
        """Return the count as callers see it."""
        kinds = {
            "titles": self.titles, "header": self.header, "repeated_headers": self.repeated_headers,
            "blank": self.blank, "footers": self.footers, "natural_persons": self.persons,
        }  # fmt: skip
        return {
            "file_rows": data if self.total is None else self.total,
            "data_rows": data,
            **{name: numbers.document() for name, numbers in kinds.items()},
            "conflicts": {"count": self.conflicting_keys, "rows": self.conflicts},
            "sheet": self.sheet,
            "unread_sheets": self.unread_sheets,
            "hidden_sheets": self.hidden_sheets,
            "repeated_columns": self.repeated_columns,
        }
