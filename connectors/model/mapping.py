"""Mappings: how the columns of an agency's delivery become the fields of a dataset. Declared in YAML, never code.

A column is named by its heading; by its place, where it has none (第3列, 第C列); or by the heading beside it, where its
own is empty (金额的右列, 金额的左列).
"""

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from connectors.model.folding import heading_key

_AT = re.compile(r"第([0-9]{1,9}|[a-z]{1,9})列")
_BESIDE = re.compile(r"(.+)的([左右])列")


class CodesWhere(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A source's codes that stand for the standard's only where another column says one of these words."""

    column: str
    is_: list[str] = msgspec.field(name="is")
    codes: dict[str, str]


class Column(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where a field comes from: the first of these columns that is there, and what is done to its cells.

    `value` is what every row says, where no column does; `join` puts the cells of all the columns together, and is
    what stands between them. `extract` is a regular expression whose first group is kept; `unit` and `codes` are the
    source's where they are not the dataset's, the first of `codes_where` that applies goes before `codes`; `nulls` are
    words that stand for nothing; `first_filled` takes, row by row, the first of the columns that is not empty;
    `fine_within` names a sentence that holds the fine where the column itself is empty; `day_first` says that dates
    are written 31/12/2024.
    """

    from_: list[str] = msgspec.field(name="from", default_factory=list)
    value: str = ""
    join: str | None = None
    unit: str = ""
    codes: dict[str, str] = {}
    codes_where: list[CodesWhere] = []
    nulls: list[str] = []
    extract: str = ""
    first_filled: bool = False
    fine_within: list[str] = []
    day_first: bool = False


class Party(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who a row is about: columns of the name, of the codes in order of preference, and of the kind of party.

    `nulls` are words and placeholder codes that stand for no name and no code.
    """

    name: list[str] = msgspec.field(default_factory=lambda: ["entity_name", "企业名称", "主体名称", "单位名称", "名称"])
    codes: list[str] = msgspec.field(default_factory=lambda: ["uscc", "统一社会信用代码"])
    kind: list[str] = []
    nulls: list[str] = []


class Producer(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who issued the document: columns of its name and its own code, which must never become the party's."""

    name: list[str] = []
    codes: list[str] = []


class Mapping(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One source's spelling of a dataset. A field that is not named is sought under its own names.

    `header: none` says that the first row is data already: columns are then named by their places alone.
    `fill_down` names columns whose merged cells leave all but the first row empty; `footers` are beginnings of rows
    that close a sheet and are no data (合计, 注：); `without` names columns whose presence says that the delivery is
    spelled otherwise.
    """

    id: str
    version: int = 1
    party: Party = Party()
    producer: Producer = Producer()
    fields: dict[str, Column] = {}
    fill_down: list[str] = []
    footers: list[str] = []
    without: list[str] = []
    header: Literal["", "none"] = ""

    def names(self) -> list[str]:
        """Return every column it names."""
        columns = self.fields.values()
        return [
            *self.party.name, *self.party.codes, *self.party.kind, *self.producer.name, *self.producer.codes,
            *self.fill_down, *(name for column in columns for name in (*column.from_, *column.fine_within)),
            *(where.column for column in columns for where in column.codes_where),
        ]  # fmt: skip


class Header:
    """A delivery's column names, found without regard to width, blanks, brackets and case."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        self._places = {heading_key(name): place for place, name in reversed(list(enumerate(self.names)))}
        # 行政相对人代码_1 is 行政相对人代码1: an underscore in a Chinese heading says nothing.
        chinese = [key for key in reversed(self._places) if not key.isascii()]
        self._bare = {key.replace("_", ""): self._places[key] for key in chinese}

    @property
    def nameless(self) -> bool:
        """Whether the columns are called by their places alone: the delivery has no headings."""
        return bool(self.names) and set(self.names) == set(nameless(len(self.names)))

    def find(self, names: Sequence[str]) -> list[int]:
        """Return the places of those of these columns that are there, in the order asked for."""
        found = (self._place(heading_key(name)) for name in names)
        return list(dict.fromkeys(place for place in found if place is not None))

    def _place(self, key: str) -> int | None:
        place = self._places.get(key, self._bare.get(key.replace("_", "")))
        if place is not None or not key.endswith("列"):
            return place
        number = column_number(key)
        if number is not None:  # a workbook of refused rows calls a column without a heading so, wherever it stands
            named = self._places.get(heading_key(place_name(number - 1)))
            return named if named is not None else number - 1 if 0 < number <= len(self.names) else None
        return self._beside(key)

    def _beside(self, key: str) -> int | None:
        """Return the column beside a heading, where that one has no heading of its own."""
        found = _BESIDE.fullmatch(key)
        anchor = self._places.get(found[1]) if found else None
        if found is None or anchor is None:
            return None
        place = anchor + (1 if found[2] == "右" else -1)
        fits = 0 <= place < len(self.names) and self.names[place] in {"", place_name(place)}
        return place if fits else None


def nameless(width: int) -> list[str]:
    """Return what the columns of a delivery without headings are called: 第1列, 第2列 …"""
    return [place_name(place) for place in range(width)]


def place_name(place: int) -> str:
    """Return what a column without a heading is called, of its place from 0."""
    return f"第{place + 1}列"


def is_named_by_heading(name: str) -> bool:
    """Tell whether a mapping names a column by a heading, its own or the one beside it."""
    return column_number(name) is None


def column_number(name: str) -> int | None:
    """Return the number, from 1, of a column that is named by its place (第3列, 第C列); None for any other name."""
    found = _AT.fullmatch(heading_key(name))
    if found is None or found[1].isdecimal():
        return int(found[1]) if found else None
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - ord("a") + 1
    return number
