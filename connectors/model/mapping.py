"""Mappings: how the columns of an agency's delivery become the fields of a dataset. Declared in YAML, never code."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import msgspec

LONGEST_KNOWN = 100  # characters of a heading worth keeping


class Column(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where a field comes from: the first of these columns that is there, and what is done to its cells.

    `extract` is a regular expression whose first group is kept; `unit` and `codes` are the source's where they are not
    the dataset's; `nulls` are words that stand for nothing; `first_filled` takes, row by row, the first of the columns
    that is not empty; `fine_within` names a sentence that holds the fine where the column itself is empty; `day_first`
    says that dates are written 31/12/2024.
    """

    from_: list[str] = msgspec.field(name="from", default_factory=list)
    unit: str = ""
    codes: dict[str, str] = {}
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


class Header:
    """A delivery's column names, found without regard to width, blanks, brackets and case."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        self._places = {heading_key(name): place for place, name in reversed(list(enumerate(self.names)))}

    def find(self, names: Sequence[str]) -> list[int]:
        """Return the places of those of these columns that are there, in the order asked for."""
        found = (self._places.get(heading_key(name)) for name in names)
        return list(dict.fromkeys(place for place in found if place is not None))


def heading_key(name: str) -> str:
    """Return a heading in the spelling headings are compared in."""
    return _known_key(name) if len(name) <= LONGEST_KNOWN else _key(name)


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in plain if not character.isspace()).strip("*:;'\"")


_known_key = lru_cache(maxsize=1 << 12)(_key)  # the catalogue's own headings are asked for again and again
