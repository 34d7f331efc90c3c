"""The one table: which columns and filters it has, what an address asks of it, and the rows that answer. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeVar

from fastapi import Request

from gateway.console.render import PageError
from gateway.console.table_address import Asked, address, read_asked
from gateway.console.words import Words

Item = TypeVar("Item")
Tone = Literal["", "ok", "warn", "bad", "quiet", "info"]
MOST_EXPORTED = 50_000


@dataclass(frozen=True)
class Column:
    """A column; `label` is its text's key. An optional one is shown where the visitor chose it."""

    key: str
    label: str
    kind: Literal["text", "number", "code", "time"] = "text"
    sortable: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Filter:
    """A filter; `prefix` and an option make the key of the option's text."""

    key: str
    label: str
    kind: Literal["choice", "text", "day"] = "choice"
    options: tuple[str, ...] = ()
    prefix: str = ""


@dataclass(frozen=True)
class TableSpec:
    """What a table is: the name its views are saved under, its columns, its filters, how it is sorted unless asked."""

    name: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    sort: str = ""
    descending: bool = False


@dataclass(frozen=True)
class TableQuery:
    """What an address asks of a table, checked against its spec."""

    spec: TableSpec
    path: str
    asked: Asked

    @property
    def exporting(self) -> str:
        """The form of a file ("csv", "xlsx") that is asked for; empty for a page."""
        return self.asked.export

    @property
    def limit(self) -> int:
        """How many rows to read at most: one page, or what a file may hold and one more."""
        return MOST_EXPORTED + 1 if self.exporting else self.asked.size

    @property
    def offset(self) -> int:
        """How many rows to leave out before."""
        return 0 if self.exporting else (self.asked.page - 1) * self.asked.size

    @property
    def sort(self) -> str:
        """The column's key that rows are sorted by."""
        return self.asked.sort or self.spec.sort

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self.asked.descending if self.asked.sort else self.spec.descending

    @property
    def filters(self) -> Mapping[str, str]:
        """Every filter's value, empty where it is not set."""
        return {one.key: self.asked.filters.get(one.key, "") for one in self.spec.filters}

    @property
    def after(self) -> str:
        """Where to go on, as an earlier page's `Table.following` named it; empty at the beginning."""
        return "" if self.exporting else self.asked.after

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that are shown."""
        chosen = self.asked.columns
        return tuple(one for one in self.spec.columns if (one.key in chosen if chosen else not one.optional))

    def href(self, **changes: Any) -> str:  # noqa: ANN401 - members of Asked
        """Return the address of the same table with something else asked of it; from its first page on."""
        afresh: dict[str, Any] = {"page": 1, "after": "", "export": "", **changes}
        return address(self.path, replace(self.asked, **afresh))

    def href_filtered(self, key: str, value: str = "") -> str:
        """Return the address with one filter set, or taken away."""
        kept = {name: given for name, given in self.asked.filters.items() if name != key}
        return self.href(filters=kept | ({key: value} if value else {}))

    def href_sorted(self, key: str) -> str:
        """Return the address sorted by a column; the other way round where it is sorted by it already."""
        return self.href(sort=key, descending=self.sort == key and not self.descending)


@dataclass(frozen=True)
class Cell:
    """A cell: its text, where it leads, a small second line, and a tone that makes it a badge."""

    text: str
    href: str = ""
    sub: str = ""
    tone: Tone = ""
    title: str = ""


Content = Cell | str | int | None


@dataclass(frozen=True)
class Table:
    """Rows that answer a query, a cell for each column of the spec; `total` None where counting would cost too much.

    A table that is walked (`walked`) has `following`, what the next page begins after, and no page numbers.
    """

    spec: TableSpec
    query: TableQuery
    rows: Sequence[Sequence[Content]]
    total: int | None = None
    more: bool = False
    following: str = ""

    def shown(self) -> list[list[tuple[Column, Content]]]:
        """Return the rows with the columns that are shown."""
        keys = {one.key for one in self.query.columns}
        return [
            [(column, cell) for column, cell in zip(self.spec.columns, row, strict=True) if column.key in keys]
            for row in self.rows
        ]

    @property
    def pages(self) -> int:
        """How many pages there are, as far as that is known."""
        return -(-(self.total or 0) // self.query.asked.size)


def in_memory(
    spec: TableSpec,
    query: TableQuery,
    items: Sequence[Item],
    *,
    cells: Callable[[Item], Sequence[Content]],
    keys: Mapping[str, Callable[[Item], Any]],
) -> Table:
    """Return a table of items that are all at hand, sorted by the keys given; filtering them is the caller's."""
    if query.sort in keys:
        order = keys[query.sort]
        known = sorted((one for one in items if order(one) is not None), key=order, reverse=query.descending)
        items = known + [one for one in items if order(one) is None]
    part = items[query.offset : query.offset + query.limit]
    return Table(spec, query, [cells(item) for item in part], total=len(items))


def counted(query: TableQuery, rows: Sequence[Any], *, cells: Callable[[Any], Sequence[Content]]) -> Table:
    """Return a table of one page's rows, each of which says how many there are in all, `total`."""
    return Table(query.spec, query, [cells(row) for row in rows], total=rows[0].total if rows else 0)


def moment_cell(words: Words, moment: datetime | str) -> Cell:
    """Return the cell of a moment: in short, and to the second where somebody points at it."""
    return Cell(words.moment(moment), title=words.exactly(moment))


def table_query(spec: TableSpec) -> Callable[[Request], TableQuery]:
    """Make the dependency that reads what an address asks of a table. It raises PageError for what there is not."""
    sortable = {one.key for one in spec.columns if one.sortable}
    options = {one.key: one.options if one.kind == "choice" else None for one in spec.filters}
    days = {one.key for one in spec.filters if one.kind == "day"}

    columns = {one.key for one in spec.columns}

    def read(request: Request) -> TableQuery:
        given = request.query_params
        parameters = {**given, "columns": ",".join(given.getlist("columns"))}  # a form names each that is ticked
        asked = read_asked(parameters, sortable=sortable, columns=columns, options=options, days=days)
        if asked is None:
            raise PageError("table-address", 400)
        return TableQuery(spec, request.url.path, asked)

    return read
