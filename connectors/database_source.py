"""定期对接数据库: a table or view of the agency's own database, read in slices from a watermark."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Engine, MetaData, String, Table, cast, create_engine, literal, make_url, select, text, tuple_
from sqlalchemy.exc import NoSuchTableError, SQLAlchemyError

from connectors import decode
from connectors.errors import ConnectorError
from connectors.protocol import Slice, Stream

STATEMENT_SECONDS = 60


class DatabaseConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`url_env`: the environment variable with the address; `watermark`: a column that only grows as rows change."""

    url_env: str
    table: str
    watermark: str
    key: str
    schema: str | None = None
    slice_rows: int = 20_000


class SourceError(ConnectorError):
    """The source cannot be read now."""


class DatabaseSource:
    """Reads (watermark, key) in order, strictly after where it stood: rows that share a watermark are not skipped."""

    def __init__(self, config: Mapping[str, object]) -> None:
        """Take the configuration. Raises ConnectorError where it is wrong."""
        try:
            self._config = msgspec.convert(dict(config), DatabaseConfig)
        except msgspec.ValidationError as fault:
            raise ConnectorError(f"配置有误 configuration: {fault}") from fault

    def check(self) -> None:
        """Connect, find the table and its two ordering columns. Raises SourceError."""
        columns = self.discover()[0].columns
        if missing := {self._config.watermark, self._config.key} - set(columns):
            raise SourceError(f"缺少列 no such column: {', '.join(sorted(missing))}")

    def discover(self) -> Sequence[Stream]:
        """Return the table and its columns."""
        engine = self._engine()
        try:
            return [Stream(self._config.table, [column.name for column in self._table(engine).columns])]
        finally:
            engine.dispose()

    def read(self, after: str | None) -> Slice | None:
        """Return the next slice of rows, every value as text."""
        engine = self._engine()
        try:
            table = self._table(engine)
            mark, key = table.c[self._config.watermark], table.c[self._config.key]
            query = select(table).order_by(mark, key).limit(self._config.slice_rows)
            if after is not None:
                stood = [cast(literal(v, String), c.type) for v, c in zip(json.loads(after), (mark, key), strict=True)]
                query = query.where(tuple_(mark, key) > tuple_(*stood))
            with engine.connect() as connection:
                if engine.dialect.name == "postgresql":
                    connection.execute(text(f"SET statement_timeout = '{STATEMENT_SECONDS}s'"))
                rows = [list(row) for row in connection.execute(query)]
        except KeyError as fault:
            raise SourceError(f"缺少列 no such column: {fault}") from fault
        except SQLAlchemyError as fault:
            raise SourceError(f"读取失败 cannot be read: {type(fault).__name__}") from fault
        finally:
            engine.dispose()
        if not rows:
            return None
        header = [column.name for column in table.columns]
        places = [header.index(name) for name in (self._config.watermark, self._config.key)]
        watermark = json.dumps([_cell(rows[-1][place]) for place in places])
        cells = ((number, [_cell(value) for value in row]) for number, row in enumerate(rows, start=1))
        return Slice(decode.Table("database", header, iter(cells)), watermark)

    def _engine(self) -> Engine:
        address = os.environ.get(self._config.url_env)
        if not address:
            raise SourceError(f"环境变量 {self._config.url_env} 未设置 is not set")
        try:
            url = make_url(address)
            return create_engine(url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url)
        except (SQLAlchemyError, ImportError) as fault:  # its text would show the password
            raise SourceError(f"{self._config.url_env} 不是数据库地址 is no database address") from fault

    def _table(self, engine: Engine) -> Table:
        try:
            return Table(self._config.table, MetaData(), schema=self._config.schema, autoload_with=engine)
        except NoSuchTableError as fault:
            raise SourceError(f"没有表 no table {self._config.table}") from fault
        except SQLAlchemyError as fault:
            raise SourceError(f"连接失败 cannot connect: {type(fault).__name__}") from fault


def _cell(value: Any) -> str:  # noqa: ANN401 - whatever the driver returns
    return "" if value is None else str(value)
