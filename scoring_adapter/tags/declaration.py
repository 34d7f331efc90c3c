"""What a tag is, as declared in YAML: sources (the columns read of a dataset) and tags (what is computed from them).

Everything is an integer: days since 1970-01-01, month and year numbers, fen, places in a code list, keys. That is why
an interpreter in Python, Polars and Spark give the same result.
"""

from typing import Annotated, Literal

import msgspec

Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
As = Literal[
    "day", "month", "year", "money", "number", "code", "flag", "words", "begins", "class", "holds", "parts", "key",
    "tally", "same",
]  # fmt: skip
Take = Literal["count", "sum", "max", "min", "latest", "distinct", "first", "last"]
Operator = Literal[
    "count", "sum", "max", "min", "mean", "latest", "distinct", "age", "ratio", "trend", "total", "gap", "exists",
    "without", "difference", "product", "quotient",
]  # fmt: skip
Unit = Literal[
    "times",
    "yuan",
    "basis_points",
    "days",
    "months",
    "years",
    "people",
    "level",
    "flag",
    "points",
    "number",
    "square_metres",
]


class Words(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A text in both languages."""

    zh: str
    en: str


class Column(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How a field becomes an integer. `of` is the dataset's field, the column's own name where it is not given.

    day: an ISO date → days since 1970-01-01. month: YYYY-MM or a date → year·12 + month − 1. year: YYYY… → year.
    Of a month or a year alone its first day (or month) is taken, with `last` its last.
    money: a decimal in `unit` → fen, halves away from zero. number: a decimal → times 10^`digits`, likewise; from 2^53
    on a value leaves the column empty.
    With `due` (MM-DD), a day column is that day of the year after: when the report of a year is due.
    code: its place in `codes`, from 1; 0 for any other. flag: 1 or 0. words: 1 where the text holds one of `words`;
    begins: where it begins with one. class: the place in `codes`, from 1, of the class that has, at the same place of
    `words`, one of the beginnings of the text (apart by blanks); 0 where none has.
    holds: 1 where the list holds one of `codes`. parts: how many items a text has, separated by any of `words`.
    key: 63 bits of a digest, of the texts of all fields in `of` and `also`; what is equal for a person is equal here
    (as it is for words, begins and same: width, case, blanks and the kind of brackets make no difference); empty where
    one of them is empty; `prefix` is a text put before them, so that numbers of several registers never meet.
    tally: how many of the fields in `of` and `also` say one of `codes` (flags say yes, no); empty where all are empty.
    same: 1 where the texts of all fields in `of` and `also` are equal, 0 where not; empty where one of them is empty.
    `minus` takes another field of the same unit away (money, number). Where a field is empty, the field `instead` is
    read; where that is empty too, the column is empty, or counts as `default` (a code, a decimal, yes or no).
    """

    as_: As = msgspec.field(name="as")
    of: str = ""
    minus: str = ""
    also: list[str] = []
    unit: str = ""
    digits: int = 0
    due: str = ""
    last: bool = False
    prefix: str = ""
    instead: str = ""
    default: str = ""
    codes: list[str] = []
    words: list[str] = []


class Reference(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A column taken from a series that is about nobody: `take` of the record of `dataset` that agrees in `by`.

    `by` is our column → the series' column; where several agree, the latest landed counts. `where` keeps to some of
    the series' records.
    """

    dataset: Id
    by: dict[str, str]
    take: str
    where: dict[str, "Condition"] = {}


class Other(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A column taken from another enterprise: its `tag`, where `key` (a key column over its credit code) names it."""

    key: str
    tag: Id


class Source(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One dataset's columns, or a union of sources.

    `at` is the column that windows go by (day, month or year); without it rows have no time. `once` is a key column:
    rows of a subject that agree in it count as one, each column the greatest of theirs; rows without it stay apart.
    Rows are made one before windows and conditions are looked at. A union has the columns that all of its members have,
    and their rows as they are; a union of one is another view of it, with another time or key.
    """

    at: str = ""
    once: str = ""
    columns: dict[Id, Column] = {}
    references: dict[Id, Reference] = {}
    others: dict[Id, Other] = {}
    union: list[Id] = []


class Condition(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a column must be; several members must all hold. A column that is empty holds only `empty` and `open`.

    in: one of these codes. out: none of these. above, below: more, less than (in the column's unit: yuan for money).
    given, empty. open: empty, or a day not before the day asked about. past: a day before it. flag: 1 or 0.
    """

    in_: list[str] = msgspec.field(name="in", default_factory=list)
    out: list[str] = []
    above: str = ""
    below: str = ""
    given: bool = False
    empty: bool = False
    open: bool = False
    past: bool = False
    flag: bool | None = None


class Part(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One integer out of a source's rows.

    `months` keeps rows whose time lies in so many calendar months before the day asked about, `before` moves that
    window back; rows of the future never count. Days: (day − months, day]; months and years: ended ones. Without
    `months` the running month or year counts too, and so do rows without a time, unless `before` is given.
    take: count of rows; sum, max, min, distinct values of `field`; latest: `field` of the newest row that has one (the
    greatest of a day); first, last: the earliest, the newest time. With `per`, `each` is taken for every value of that
    column (`field` goes there), and `take` over what comes of it.
    """

    source: Id
    take: Take
    field: str = ""
    where: dict[str, Condition] = {}
    months: int | None = None
    before: int = 0
    per: str = ""
    each: Take | Literal[""] = ""


class Tag(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One tag. `part` is what it is computed from, `over` the second part of those that have two.

    count sum max min latest distinct: the part as it is. exists: 1 where the count is above 0. mean: the sum of `field`
    over how many have one. total: the latest of every `per`, summed. ratio: part ÷ over. trend: (part − over) ÷ |over|,
    where `over` is by default the part one window earlier. age: from `first`, `last` or a `latest` day to the day asked
    about, in `unit` (days, months, years: whole ones); with `left` from that day to it. gap: how many months between
    the first and the last are missing (of a year column: years). without: 1 where part is above 0 and over is 0.
    difference: part − over. product: part × over, which is a rate: its field's digits are taken off. quotient:
    part ÷ over. Ratios and trends are in basis points, means, products and quotients in the unit of the part's field,
    all rounded down once. Counts of nothing are 0; `otherwise` is the value where there is nothing to sum or to take.
    """

    id: Id
    name: Words
    dimension: Id
    direction: Literal["+", "-", "0"]
    operator: Operator
    unit: Unit
    part: Part
    over: Part | None = None
    left: bool = False
    otherwise: int | None = None
    since: int = 1
    note: str = ""


class Removed(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A tag that is not computed any more, and why, in both languages."""

    id: Id
    because: Words


class TagFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One file of tags: a category, its tags, and those that were removed from it."""

    category: Id
    name: Words
    tags: list[Tag] = []
    removed: list[Removed] = []


class SourceFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One file of sources."""

    sources: dict[Id, Source]
