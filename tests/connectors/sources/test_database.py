"""An agency's own database: what its types become, and what our session on it may do."""

import psycopg
import pytest

from connectors.errors import ConnectorError, MalformedError
from connectors.sources import database_session
from connectors.sources.contract import content
from connectors.sources.registry import open_connector


@pytest.fixture(params=["postgresql", "mariadb"])
def agency(request, monkeypatch):
    """Return a way to run statements as the owner, and to open the table `t` as a source."""
    if request.param == "postgresql":
        address = request.getfixturevalue("agency_database")
        connection, reader = psycopg.connect(address, autocommit=True), address
        execute = connection.execute
    else:
        connection = request.getfixturevalue("mariadb")()
        cursor = connection.cursor()
        execute = cursor.execute
        execute("CREATE DATABASE IF NOT EXISTS types CHARACTER SET utf8mb4")
        execute("USE types")
        reader = f"mariadb://root@127.0.0.1:{connection.port}/types"
    monkeypatch.setenv("TEST_DB", reader)
    execute("DROP TABLE IF EXISTS t")

    def source(**more):
        return open_connector("database", {"url_env": "TEST_DB", "table": "t", "watermark": "w", "key": "k", **more})

    source.kind = request.param
    yield execute, source
    connection.close()


def test_values_become_the_text_people_write(agency):
    execute, source = agency
    execute("CREATE TABLE t (w integer, k varchar(20), m decimal(20, 8), d date, n text, y boolean, x decimal(3,0))")
    execute(
        "INSERT INTO t VALUES (1, 'a', 0.00000001, '2026-02-03', NULL, true, 700), "
        "(1, 'b', 1e11, '0001-01-01', '𠮷\"', false, NULL)"
    )
    found = source().read(None)
    assert found.open().header == ["w", "k", "m", "d", "n", "y", "x"]
    yes, no = ("true", "false") if source.kind == "postgresql" else ("1", "0")
    assert content(found) == [
        ["1", "a", "0.00000001", "2026-02-03", "", yes, "700"],
        ["1", "b", "100000000000.00000000", "0001-01-01", '𠮷"', no, ""],
    ]


def test_moments_are_told_by_the_clock_of_the_people_there(agency):
    execute, source = agency
    if source.kind == "postgresql":
        execute("CREATE TABLE t (w timestamptz, k integer)")
        execute("INSERT INTO t VALUES ('2026-01-01T16:30:00Z', 1), ('2026-01-01T16:30:00.000001Z', 2)")
        zone = "+08:00"
    else:
        execute("SET time_zone = '+00:00'")
        execute("CREATE TABLE t (w timestamp(6), k integer)")
        execute("INSERT INTO t VALUES ('2026-01-01 16:30:00', 1), ('2026-01-01 16:30:00.000001', 2)")
        zone = ""
    first = source(slice_rows=1).read(None)
    assert content(first) == [[f"2026-01-02 00:30:00{zone}", "1"]]
    second = source(slice_rows=1).read(first.watermark)
    assert content(second) == [[f"2026-01-02 00:30:00.000001{zone}", "2"]]
    assert source(slice_rows=1).read(second.watermark) is None


@pytest.mark.parametrize("kind", ["varchar(20)", "decimal(12, 3)", "bigint", "date", "datetime"])
def test_a_watermark_of_any_type_is_read_on_from(agency, kind):
    execute, source = agency
    if source.kind == "postgresql":
        kind = kind.replace("datetime", "timestamp")
    values = {"v": ["A1", "A2"], "de": ["9.5", "10.25"], "b": ["9", "10"], "da": ["2026-01-09", "2026-01-10"]}
    low, high = next(
        (v for k, v in values.items() if kind.startswith(k)), ["2026-01-09 00:00:00", "2026-01-10 00:00:00"]
    )
    execute(f"CREATE TABLE t (w {kind}, k integer)")
    execute(f"INSERT INTO t VALUES ('{high}', 1), ('{low}', 3), ('{low}', 20)")
    after, keys = None, []
    while found := source(slice_rows=1).read(after):
        after = found.watermark
        keys += [row[1] for row in content(found)]
    assert keys == ["3", "20", "1"]


def drain(source, **more):
    """Read to the end; return the rows of each slice."""
    after, slices = None, []
    while found := source(**more).read(after):
        after = found.watermark
        slices.append(content(found))
    return slices


@pytest.mark.parametrize("keys", [["a", "b", "b"], ["a", "b", "b", "b"], ["a", "B", "b", "c"]])
def test_a_key_that_does_not_tell_rows_apart_where_a_slice_ends_is_told(agency, keys):
    """By the comparison of the database: to MariaDB, B and b are one."""
    execute, source = agency
    execute("CREATE TABLE t (w integer, k varchar(20))")
    for key in keys:
        execute("INSERT INTO t VALUES (1, %s)", [key])
    if source.kind == "postgresql" and len(set(keys)) == len(keys):
        assert [row[1] for rows in drain(source, slice_rows=2) for row in rows] == sorted(keys)
        return
    with pytest.raises(ConnectorError, match="name a unique column as the key"):
        drain(source, slice_rows=2)
    assert [len(rows) for rows in drain(source, slice_rows=4)] == [len(keys)]  # within a slice none is lost


@pytest.mark.parametrize("marks", [
    ["998", "999", "1000"], ["2026-9-30", "2026-10-1"], ["2026-10-01T00:00:01Z", "2026-10-01T00:00:01.500Z"],
])  # fmt: skip
def test_numbers_and_dates_kept_as_text_are_told_where_they_do_not_sort_as_such(agency, marks):
    """Also where the next one would never be read: it stands below those that were, as text."""
    execute, source = agency
    execute("CREATE TABLE t (w varchar(40), k integer)")
    after = None
    for number, mark in enumerate(marks[:-1]):
        execute("INSERT INTO t VALUES (%s, %s)", [mark, number])
        found = source().read(after)
        assert [row[0] for row in content(found)] == [mark]
        after = found.watermark
    source().check()
    assert source().read(after) is None
    execute("INSERT INTO t VALUES (%s, 9)", [marks[-1]])
    with pytest.raises(ConnectorError, match="Let a view CAST it"):
        source().read(after)
    with pytest.raises(ConnectorError, match="Let a view CAST it"):
        source().check()


def test_numbers_and_dates_kept_as_text_of_one_shape_are_read(agency):
    execute, source = agency
    execute("CREATE TABLE t (w varchar(40), k integer)")
    execute("INSERT INTO t VALUES ('2026-09-30 08:00:00', 1), ('2026-10-01 08:00:00', 2)")
    source().check()
    assert [row[1] for rows in drain(source, slice_rows=1) for row in rows] == ["1", "2"]


def test_times_that_have_no_value_here_are_read_as_they_are_written(agency):
    execute, source = agency
    if source.kind == "mariadb":
        pytest.skip("MariaDB has neither infinity nor years beyond 9999")
    execute("CREATE TABLE t (w integer, k integer, d date, t timestamp, z timestamptz, h time)")
    execute("""INSERT INTO t VALUES (1, 1, 'infinity', '-infinity', 'infinity', '24:00'),
        (1, 2, '12026-01-01', '12026-01-01 08:00', '12026-01-01 08:00+08', '08:00'),
        (1, 3, '0044-03-15 BC', '2026-01-01', '2026-01-01 00:00Z', NULL)""")
    assert drain(source) == [[
        ["1", "1", "infinity", "-infinity", "infinity", "24:00:00"],
        ["1", "2", "12026-01-01", "12026-01-01 08:00:00", "12026-01-01 08:00:00+08", "08:00:00"],
        ["1", "3", "0044-03-15 BC", "2026-01-01 00:00:00", "2026-01-01 08:00:00+08:00", ""],
    ]]  # fmt: skip


@pytest.mark.parametrize("far", ["infinity", "-infinity", "12026-01-01"])
@pytest.mark.parametrize("kind", ["date", "timestamp", "timestamptz"])
def test_a_watermark_beyond_the_calendar_keeps_nobody_from_being_read_and_is_told(agency, kind, far):
    execute, source = agency
    if source.kind == "mariadb":
        pytest.skip("MariaDB has neither infinity nor years beyond 9999")
    execute(f"CREATE TABLE t (w {kind}, k integer)")
    execute("INSERT INTO t VALUES ('2026-01-01', 1), (%s, 2)", [far])
    found = source().read(None)
    assert [row[1] for row in content(found)] == ["1"]
    with pytest.raises(ConnectorError, match="beyond the calendar"):
        source().read(found.watermark)
    execute("INSERT INTO t VALUES ('2026-01-02', 3)")
    assert [row[1] for row in content(source().read(found.watermark))] == ["3"]
    with pytest.raises(ConnectorError, match="beyond the calendar"):
        source().check()


def test_a_column_that_is_binary_is_named(agency):
    execute, source = agency
    execute(f"CREATE TABLE t (w integer, k integer, photo {'bytea' if source.kind == 'postgresql' else 'blob'})")
    execute("INSERT INTO t VALUES (1, 1, 'x')")
    with pytest.raises(MalformedError, match="photo"):
        source().read(None)


def test_rows_without_a_watermark_are_told_and_not_passed_over(agency):
    execute, source = agency
    execute("CREATE TABLE t (w integer, k integer)")
    execute("INSERT INTO t VALUES (1, 1), (NULL, 2)")
    with pytest.raises(ConnectorError, match="empty values"):
        source().check()
    found = source().read(None)
    assert content(found) == [["1", "1"]]
    with pytest.raises(ConnectorError, match="empty values"):
        source().read(found.watermark)


def test_our_session_cannot_write(agency):
    execute, source = agency
    execute("CREATE TABLE t (w integer, k integer)")
    with source()._opened() as (connection, table), pytest.raises(ConnectorError, match="cannot connect or read"):  # noqa: SIM117
        with source()._opened() as (inner, _):
            inner.execute(table.insert().values(w=1, k=1))
    with source()._opened() as (connection, table):
        assert connection.execute(table.select()).all() == []


def test_a_statement_that_takes_too_long_is_ended_by_the_database(agency, monkeypatch):
    execute, source = agency
    short = [
        (driver, options, tuple(statement.replace("60", "1") for statement in first))
        for driver, options, first in (database_session._POSTGRESQL, database_session._MARIADB)
    ]
    monkeypatch.setattr(database_session, "_KNOWN", {"postgresql": short[0], "mariadb": short[1]})
    slow = "pg_sleep(20)::text" if source.kind == "postgresql" else "sleep(20)"
    execute("CREATE TABLE s (w integer, k integer)")
    execute("INSERT INTO s VALUES (1, 1)")
    execute(f"CREATE VIEW slow AS SELECT w, k, {slow} AS x FROM s")
    try:
        with pytest.raises(ConnectorError, match="cannot connect or read"):
            source(table="slow").read(None)
    finally:
        execute("DROP VIEW slow")
        execute("DROP TABLE s")
