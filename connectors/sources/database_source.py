"""定期对接数据库: a table or view of an agency's own PostgreSQL or MariaDB, read in slices."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from sqlalchemy import Cast, Column, Connection, MetaData, Select, String, Table, and_, cast, literal, or_, select
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import NoSuchTableError, SQLAlchemyError

from connectors.errors import ConnectorError, MalformedError
from connectors.sources.database_session import SourceError, open_engine
from connectors.sources.protocol import Slice, Stream, rows_slice


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
        """Connect, find the table and its two ordering columns; neither may be empty. Raises SourceError."""
        with self._opened() as (connection, table):
            _refuse_empty(connection, *self._order(table))

    def discover(self) -> Sequence[Stream]:
        """Return the table and its columns. Raises SourceError."""
        with self._opened() as (_, table):
            return [Stream(self._config.table, [str(column.name) for column in table.columns])]

    def read(self, after: str | None) -> Slice | None:
        """Return the next slice of rows, every value as text. Raises SourceError, MalformedError."""
        with self._opened() as (connection, table):
            mark, key = self._order(table)
            query = select(table).order_by(mark, key).limit(self._config.slice_rows)
            rows = list(connection.execute(_beyond(query, mark, key, after)))
            if not rows:
                _refuse_empty(connection, mark, key)
                return None
        header = [str(column.name) for column in table.columns]  # plain text instead of SQLAlchemy's own subclass
        cells = [[_cell(value, name) for value, name in zip(row, header, strict=True)] for row in rows]
        places = [header.index(column.name) for column in (mark, key)]
        return rows_slice("database", header, cells, json.dumps([cells[-1][place] for place in places]))

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


def _refuse_empty(connection: Connection, mark: Column[Any], key: Column[Any]) -> None:
    """Rows without a watermark would never be read: that is said and not passed over. Raises SourceError."""
    if connection.execute(select(key).where(or_(mark.is_(None), key.is_(None))).limit(1)).first():
        names = f"{mark.name}, {key.name}"
        raise SourceError(f"{names} 有空值，这些行读不到 hold empty values: such rows cannot be read in order")


def _beyond(query: Select[Any], mark: Column[Any], key: Column[Any], after: str | None) -> Select[Any]:
    """Ask for rows strictly after the watermark; spelled so that MariaDB uses an index too. Raises ConnectorError."""
    if after is None:
        return query.where(mark.is_not(None), key.is_not(None))
    try:
        read = msgspec.json.decode(after, type=tuple[str, str])
    except (msgspec.DecodeError, msgspec.ValidationError) as fault:
        raise ConnectorError("增量位点无效，请重置 the watermark cannot be read: reset it") from fault
    stood, last = (_typed(value, column) for value, column in zip(read, (mark, key), strict=True))
    return query.where(and_(mark >= stood, or_(mark > stood, key > last)))


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
