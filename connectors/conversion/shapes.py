"""What the cells of a column look like: codes, names, dates, money, words. Pure.

Every share is of the filled cells; a column without any is no evidence for or against anything.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial

from connectors.conversion.cells import NULLS, CellError
from connectors.conversion.dates import is_open_ended, read_date
from connectors.conversion.identifiers import Kind, read_identifier
from connectors.conversion.normalise import find_fine, read_flag, read_money, read_number

_KEYED = frozenset({Kind.USCC, Kind.ORGANISATION, Kind.REGISTRATION, Kind.TAX})
_HIDDEN = frozenset({Kind.CITIZEN, Kind.UNCHECKED})
_STARRED_CODE = re.compile(r"(?=.*[0-9A-Z])[0-9A-Z*×-]{6,}")  # a starred name (李*明) is none
_NAME = re.compile(
    r".{3,}(?:公司|集团|厂|店|部|行|所|院|社|局|校|馆|站|会|中心|大学|学院|银行|工作室|经营部|支行|超市|酒店|饭店|政府)"
    r"(?:\(.*\))?"
)
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}(?!\d)")
_DATED = re.compile(r"\d{1,4}[-/.年]|(?:19|20)\d{6}$|(?:19|20)\d\d$")
_BARE = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)
_NOTHING = re.compile(r"[^0-9]{1,10}|1900[-/]1[-/]0\b.*")
_MOST_WORDS, _MOST_WORDS_FOR_NOTHING = 60, 3


@dataclass(frozen=True)
class Shape:
    """The cells of one column."""

    cells: tuple[str, ...]

    @cached_property
    def filled(self) -> Counter[str]:
        """The cells that hold something, and how often."""
        return Counter(cell.strip() for cell in self.cells if cell.strip() not in NULLS)

    @cached_property
    def total(self) -> int:
        """How many cells hold something."""
        return self.filled.total()

    @cached_property
    def keyed(self) -> float:
        """The share of sound codes of enterprises."""
        return self._share(lambda cell: read_identifier(cell).kind in _KEYED)

    @cached_property
    def unified(self) -> float:
        """The share of sound unified codes."""
        return self._share(lambda cell: read_identifier(cell).kind is Kind.USCC)

    @cached_property
    def hidden(self) -> float:
        """The share of masked codes, citizen numbers and numbers without a check digit."""
        return self._share(_is_hidden)

    @cached_property
    def names(self) -> float:
        """The share of names of enterprises and bodies."""
        return self._share(lambda cell: bool(_NAME.fullmatch(unicodedata.normalize("NFKC", cell))))

    @cached_property
    def dates(self) -> float:
        """The share of cells that can only be a date or a year, whichever part comes first."""
        return self._share_of_said(
            lambda cell: bool(_DATED.match(unicodedata.normalize("NFKC", cell))) and _is_date(cell)
        )

    @cached_property
    def readable_dates(self) -> float:
        """The share of what can be read as a date: numbers as spreadsheets keep them are among it."""
        return self._share_of_said(_is_date)

    @cached_property
    def readable_ends(self) -> float:
        """The share of what can be read as a last day, open ones (长期) among it."""
        return self._share_of_said(lambda cell: _is_date(cell) or is_open_ended(cell))

    @cached_property
    def finest(self) -> str:
        """How fine its dates are, where all are alike: "day", "month" or "year"; else ""."""
        read = {len(date) for cell in self.filled if (date := _iso(cell))}
        return {10: "day", 7: "month", 4: "year"}[read.pop()] if len(read) == 1 else ""

    @cached_property
    def day_first(self) -> bool | None:
        """Whether dates are written 31/12/2024; None where all could be read either way, or the month is first."""
        found = [_DAY_FIRST.match(unicodedata.normalize("NFKC", cell)) for cell in self.filled]
        parts = [(int(match[1]), int(match[2])) for match in found if match]
        if not parts:
            return False
        return True if any(day > 12 for day, _ in parts) and all(month <= 12 for _, month in parts) else None

    @cached_property
    def money(self) -> float:
        """The share of amounts, with a unit in the cell or without."""
        return self._share_of_said(lambda cell: _reads(lambda: read_money(cell, "元")))

    @cached_property
    def currencies(self) -> float:
        """The share of amounts that name their currency."""
        return self._share(lambda cell: "元" in cell or "币" in cell)

    def numbers_in(self, unit: str) -> float:
        """Return the share of numbers, bare or with a unit that can be turned into this one."""
        return self._share_of_said(lambda cell: _reads(lambda: read_number(cell, unit, unit)))

    @cached_property
    def beyond_one(self) -> bool:
        """Whether any bare number is greater than one."""
        return any(float(cell) > 1 for cell in self.filled if _BARE.fullmatch(cell))

    @cached_property
    def flags(self) -> float:
        """The share of yes and no."""
        return self._share(lambda cell: _reads(lambda: read_flag(cell)))

    @cached_property
    def fines(self) -> float:
        """The share of sentences that name one fine."""
        return self._share(lambda cell: len(cell) > 4 and find_fine(cell, "元") is not None)

    @cached_property
    def words(self) -> list[str]:
        """The different cells, where they are few: the words of a code table, the most frequent first."""
        found = [word for word, _ in self.filled.most_common(_MOST_WORDS + 1)]
        return found if len(found) <= _MOST_WORDS else []

    @cached_property
    def distinct(self) -> float:
        """How many of the filled cells differ, as a share."""
        return len(self.filled) / self.total if self.total else 0.0

    def unreadable(self, read: Callable[[str], object]) -> Counter[str]:
        """Return the cells this reader refuses, and how often."""
        return Counter({cell: times for cell, times in self.filled.items() if not _reads(partial(read, cell))})

    def words_for_nothing(self) -> list[str]:
        """Return the words that stand often where a value should, and the day before the first of spreadsheets."""
        found = [cell for cell, times in self.filled.items() if times > 1 and _NOTHING.fullmatch(cell)]
        return found if len(found) <= _MOST_WORDS_FOR_NOTHING else []

    def _share_of_said(self, judge: Callable[[str], bool]) -> float:
        """Return the share among the cells that do say something."""
        said = self.total - sum(self.filled[word] for word in self.words_for_nothing() if not judge(word))
        if not said:  # only such words: dates that do not exist count as empty cells, words stay words
            return float(all(cell.startswith("1900") for cell in self.filled))
        return sum(times for cell, times in self.filled.items() if judge(cell)) / said

    def _share(self, judge: Callable[[str], bool]) -> float:
        return sum(times for cell, times in self.filled.items() if judge(cell)) / self.total if self.total else 0.0


def shapes_of(rows: Iterable[list[str]], width: int) -> list[Shape]:
    """Return the shape of every column; cells beyond the header are left out, missing ones are empty."""
    padded = [[*cells, *[""] * (width - len(cells))][:width] for cells in rows]
    return [Shape(tuple(column)) for column in zip(*padded, strict=True)] if padded else [Shape(())] * width


def _is_hidden(cell: str) -> bool:
    read = read_identifier(cell)
    return read.kind in _HIDDEN or (read.kind is Kind.MASKED and bool(_STARRED_CODE.fullmatch(read.value)))


def _is_date(cell: str) -> bool:
    return _reads(lambda: read_date(cell, day_first=True))


def _iso(cell: str) -> str | None:
    try:
        return read_date(cell)
    except CellError:
        return None


def _reads(read: Callable[[], object]) -> bool:
    try:
        return read() is not None
    except CellError:
        return False
