"""定期对接数据库: a table or view of an agency's own PostgreSQL or MariaDB, read in slices.

The database puts the rows into an order, by watermark and key. Where that order could lose rows, the source is refused
with what to do: a watermark that is empty or infinite, one that is a number or a date kept as text and does not sort as
what it is, a key that does not tell the rows at the border of two slices apart.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from sqlalchemy import (
    Cast,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    MetaData,
    Select,
    String,
    Table,
    and_,
    cast,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import NoSuchTableError, SQLAlchemyError

from connectors.errors import ConnectorError, MalformedError
from connectors.sources.database_session import SourceError, open_engine
from connectors.sources.marks import kind_of, like, sorts_as_text
from connectors.sources.protocol import Slice, Stream, rows_slice

FIRST_MOMENT, LAST_MOMENT = "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999"


class DatabaseConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`url_env`: the environment variable with the address (postgresql://… or mariadb://…); `watermark`: a column that
    only grows as rows change; `key`: a column that tells rows of one watermark apart.
    """

    url_env: str
    table: str
    watermark: str
    key: str
    schema: str | None = None
    slice_rows: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 20_000


class DatabaseSource:
    """数据库 A table or view, read by (watermark, key): rows that share a watermark are not skipped."""

    Config = DatabaseConfig

    def __init__(self, config: DatabaseConfig) -> None:
        """Take the configuration; nothing connects yet."""
        self._config = config

    def check(self) -> None:
        """Connect, find the table and its two ordering columns; see that all rows can be put into an order by them.

        Raises SourceError.
        """
        with self._opened() as (connection, table):
            mark, key = self._order(table)
            first = connection.execute(select(mark).where(_is_sound(mark, key)).order_by(mark).limit(1)).scalar()
            _refuse_unsound(connection, mark, key, first)

    def discover(self) -> Sequence[Stream]:
        """Return the table and its columns. Raises SourceError."""
        with self._opened() as (_, table):
            return [Stream(self._config.table, [str(column.name) for column in table.columns])]

    def read(self, after: str | None) -> Slice | None:
        """Return the next slice of rows, every value as text. Raises SourceError, MalformedError."""
        most, stood = self._config.slice_rows, _read_mark(after)
        with self._opened() as (connection, table):
            mark, key = order = self._order(table)
            query = select(table).where(_is_sound(mark, key)).order_by(mark, key).limit(most + 1)
            rows = list(connection.execute(_beyond(query, mark, key, stood)))
            if not rows:
                _refuse_unsound(connection, mark, key, stood[0] if stood else None)
                return None
            header = [str(column.name) for column in table.columns]  # plain text instead of SQLAlchemy's own subclass
            cells = [[_cell(value, name) for value, name in zip(row, header, strict=True)] for row in rows]
            marks = [[row[header.index(column.name)] for column in order] for row in cells]
            if len(rows) > most:
                _refuse_twins(connection, order, *marks[most - 1 :])
        if isinstance(mark.type, String):
            _refuse_unlike([stood[0] if stood else marks[0][0], *(place[0] for place in marks)], mark.name)
        return rows_slice("database", header, cells[:most], json.dumps(marks[:most][-1]))

    @contextmanager
    def _opened(self) -> Iterator[tuple[Connection, Table]]:
        engine = open_engine(self._config.url_env)
        name, schema = self._config.table, self._config.schema
        try:
            with engine.connect() as connection:
                yield connection, Table(name, MetaData(), schema=schema, autoload_with=connection)
        except NoSuchTableError as fault:
            raise SourceError(f"没有表 no table {name}") from fault
        except (SQLAlchemyError, UnicodeError, ValueError) as fault:  # its text would show the address
            raise SourceError(f"无法读取 cannot connect or read: {type(fault).__name__}") from fault
        finally:
            engine.dispose()

    def _order(self, table: Table) -> tuple[Column[Any], Column[Any]]:
        names = (self._config.watermark, self._config.key)
        if missing := sorted(set(names) - set(table.c.keys())):
            raise SourceError(f"缺少列 no such column: {', '.join(missing)}")
        return table.c[names[0]], table.c[names[1]]


def _read_mark(after: str | None) -> tuple[str, str] | None:
    """Read a watermark: the column's value and the key's. Raises ConnectorError."""
    if after is None:
        return None
    try:
        return msgspec.json.decode(after, type=tuple[str, str])
    except (msgspec.DecodeError, msgspec.ValidationError) as fault:
        raise ConnectorError("增量位点无效，请重置 the watermark cannot be read: reset it") from fault


def _beyond(query: Select[Any], mark: Column[Any], key: Column[Any], after: tuple[str, str] | None) -> Select[Any]:
    """Ask for rows strictly after the watermark; spelled so that MariaDB uses an index too."""
    if after is None:
        return query
    stood, last = (_typed(value, column) for value, column in zip(after, (mark, key), strict=True))
    return query.where(and_(mark >= stood, or_(mark > stood, key > last)))


def _is_sound(mark: Column[Any], key: Column[Any]) -> ColumnElement[bool]:
    """Return the condition under which a row has a place in the order: both are there, and the watermark is a time
    that others can follow: neither infinity nor a slip of the pen that lies beyond all calendars.
    """
    there = and_(mark.is_not(None), key.is_not(None))
    if not isinstance(mark.type, Date | DateTime):
        return there
    return and_(there, mark.between(_typed(FIRST_MOMENT, mark), _typed(LAST_MOMENT, mark)))


def _refuse_unsound(connection: Connection, mark: Column[Any], key: Column[Any], known: Any) -> None:  # noqa: ANN401
    """Rows without a place in the order would never be read: that is said and not passed over. Raises SourceError."""
    if connection.execute(select(literal(1)).where(not_(_is_sound(mark, key))).limit(1)).first():
        raise SourceError(
            f"{mark.name}, {key.name} 有空值，或 infinity 等历法之外的时间，这些行读不到 "
            "hold empty values, or times beyond the calendar (infinity): such rows cannot be read in order"
        )
    if isinstance(mark.type, String) and isinstance(known, str) and kind_of(known) != "text":
        unlike = connection.execute(select(mark).where(mark.not_like(like(known))).limit(1)).scalar()
        if unlike is not None:
            _refuse_unlike([known, unlike], mark.name)


def _refuse_unlike(marks: Sequence[str], name: str) -> None:
    """Numbers and dates kept as text sort as what they are only where all have one shape. Raises SourceError."""
    if kind_of(marks[0]) != "text" and any(not sorts_as_text(marks[0], other) for other in marks):
        raise SourceError(
            f"{name} 是文本，其中的数字或日期长短不一，按文本排序会漏行：请用视图转换类型（CAST） "
            f"is text, and its numbers or dates do not sort as such: rows would be lost. Let a view CAST it to its type"
        )


def _refuse_twins(connection: Connection, order: Sequence[Column[Any]], last: list[str], following: list[str]) -> None:
    """The last row of a slice and the next one must differ, as the database compares. Raises SourceError."""
    both = [
        column == _typed(value, column) for row in (last, following) for column, value in zip(order, row, strict=True)
    ]
    if last == following or connection.execute(select(literal(1)).where(*both).limit(1)).first():
        names = " + ".join(str(column.name) for column in order)
        raise SourceError(
            f"{names} 不能区分分片处的两行，会漏行：key 请用唯一的列，或由视图给出 "
            "does not tell two rows at the end of a slice apart, and one would be lost: "
            "name a unique column as the key, or let a view give one"
        )


def _typed(value: str, column: Column[Any]) -> Cast[Any]:
    """Return a watermark's cell as its column's type; MariaDB would cut a moment to whole seconds."""
    exact = mysql.DATETIME(fsp=6) if isinstance(column.type, mysql.TIMESTAMP | mysql.DATETIME) else column.type
    return cast(literal(value, String), exact)


def _cell(value: Any, column: str) -> str:  # noqa: ANN401 - whatever the driver returns
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, bytes | bytearray | memoryview):
        raise MalformedError(f"列 {column} 是二进制，请用视图去掉 column {column} is binary: leave it out by a view")
    return str(value)
