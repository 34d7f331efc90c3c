"""The one table: what an address asks of it, its pages, and its files."""

import csv
import io
import zipfile
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from gateway.console.export import export_table
from gateway.console.render import PageError
from gateway.console.table import Cell, Column, Filter, TableSpec, counted, in_memory, table_query
from gateway.console.table_address import (
    FIRST_DAY,
    FURTHEST_ROW,
    LAST_DAY,
    LONGEST_FILTER,
    address,
    begins,
    ends,
    read_asked,
)
from gateway.console.words import words_in

SPEC = TableSpec(
    "demo",
    (Column("name", "person", sortable=True), Column("count", "rows", "number", sortable=True),
     Column("more", "language", optional=True)),
    (Filter("kind", "theme", options=("light", "dark"), prefix="theme-"), Filter("q", "search", "text"),
     Filter("since", "expires", "day")),
    sort="name",
)  # fmt: skip


def asked(query=""):
    scope = {"type": "http", "method": "GET", "path": "/console/demo", "query_string": query.encode(), "headers": []}
    return table_query(SPEC)(Request(scope))


def shown(query="", items=tuple(range(45))):
    keys = {"name": lambda one: f"{one:03}", "count": lambda one: one if one % 2 else None}
    return in_memory(SPEC, asked(query), items, cells=lambda one: [Cell(f"甲{one}", sub="x"), one, "="], keys=keys)


def test_an_address_names_page_size_order_filters_and_columns():
    query = asked("page=3&size=10&sort=-count&kind=dark&q=%E7%94%B2&columns=count&columns=more")
    assert (query.offset, query.limit, query.sort, query.descending) == (20, 10, "count", True)
    assert query.filters == {"kind": "dark", "q": "甲", "since": ""}
    assert [column.key for column in query.columns] == ["count", "more"]
    assert asked().sort == "name"
    assert [column.key for column in asked().columns] == ["name", "count"]


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=x", f"page={FURTHEST_ROW // 20 + 1}", "size=11", "sort=more", "sort=-", "kind=red", "columns=x",
        "export=pdf", "since=2026-13-01", "since=2026-1-1", f"q={'a' * (LONGEST_FILTER + 1)}", "q=%00a", "page=9999999",
        "since=1948-12-31", "since=2100-01-01", "since=9999-12-31",
    ],
)  # fmt: skip
def test_what_there_is_not_is_refused(query):
    if query == "sort=-":  # no column: as if nothing were asked
        assert asked(query).sort == "name"
        return
    with pytest.raises(PageError, match="table-address"):
        asked(query)


@pytest.mark.parametrize("query", [f"page={FURTHEST_ROW // 20}", f"q={'a' * LONGEST_FILTER}", "size=100",
                                   "since=1949-01-01", "since=2099-12-31"])  # fmt: skip
def test_the_furthest_that_may_be_asked_is_answered(query):
    assert asked(query)


def test_a_day_of_a_filter_begins_and_ends_at_midnight_in_china():
    first, last = asked("since=1949-01-01").filters["since"], asked("since=2099-12-31").filters["since"]
    assert begins(first).isoformat().startswith("1949-01-01T00:00:00+0")
    assert ends(last).isoformat() == "2100-01-01T00:00:00+08:00"
    assert begins("") is None
    assert ends("") is None


def test_a_page_of_counted_rows_says_how_many_there_are():
    rows = [SimpleNamespace(name=one, total=45) for one in "甲乙"]
    table = counted(asked("size=20"), rows, cells=lambda row: [row.name, None, None])
    assert (table.total, table.pages, [row[0] for row in table.rows]) == (45, 3, ["甲", "乙"])
    assert counted(asked(), [], cells=list).total == 0


def test_rows_are_sorted_what_has_no_value_last_and_paged():
    table = shown("sort=-count&size=20&page=2")
    assert (table.total, table.pages, len(table.rows)) == (45, 3, 20)
    assert [row[1] for row in table.rows][:3] == [3, 1, 0]
    last = shown("size=20&page=3")
    assert [row[1] for row in last.rows] == [40, 41, 42, 43, 44]


def test_a_file_holds_every_row_and_its_cells_stay_text():
    table = shown("export=csv&columns=name&columns=more&page=1")
    lines = list(csv.reader(io.StringIO(export_table(table, words_in("zh")).decode("utf-8-sig"))))
    assert len(lines) == 46
    assert lines[1] == ["甲0 x", "'="]
    book = zipfile.ZipFile(io.BytesIO(export_table(shown("export=xlsx"), words_in("en"))))
    assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_links_keep_what_was_asked_and_begin_at_the_first_page():
    query = asked("page=2&kind=dark&sort=-name")
    assert query.href_filtered("kind") == "/console/demo?sort=-name"
    assert query.href_sorted("name") == "/console/demo?kind=dark&sort=name"
    assert query.href_sorted("count") == "/console/demo?kind=dark&sort=count"
    assert query.href(page=3) == "/console/demo?kind=dark&sort=-name&page=3"
    assert query.href(export="csv").endswith("export=csv")


@given(st.fixed_dictionaries({}, optional={
    "page": st.integers(1, 900).map(str), "size": st.sampled_from(["10", "20", "50"]),
    "sort": st.sampled_from(["name", "-count"]),
    "kind": st.sampled_from(["light", "dark"]),
    "q": st.text(st.characters(codec="utf-8", categories=["L", "N"]), max_size=9),
    "since": st.dates(FIRST_DAY, LAST_DAY).map(str), "columns": st.sampled_from(["name", "name,more"]),
    "after": st.just("abc"),
}))  # fmt: skip
def test_an_address_reads_back_as_it_was_written(parameters):
    rules = {"sortable": {"name", "count"}, "columns": {"name", "count", "more"}, "days": {"since"},
             "options": {"kind": ("light", "dark"), "q": None, "since": None}}  # fmt: skip
    read = read_asked(parameters, **rules)
    written = {key: values[0] for key, values in parse_qs(urlsplit(address("/x", read)).query).items()}
    assert read_asked(written, **rules) == read
