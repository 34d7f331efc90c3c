"""A session on an agency's database: read-only, within a time limit, by the clock of the people there."""

from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types.datetime import DateLoader, TimeLoader, TimestampLoader, TimestamptzLoader, TimetzLoader
from sqlalchemy import URL, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError

from connectors.errors import ConnectorError
from connectors.sources.environment import secret

STATEMENT_SECONDS = 60
CONNECT_SECONDS = 10
# Each database by its driver, what the driver is told, and what the session is told first.
_POSTGRESQL = (
    "postgresql+psycopg",
    {"connect_timeout": CONNECT_SECONDS},
    (
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
        f"SET statement_timeout = '{STATEMENT_SECONDS}s'",
        "SET TIME ZONE 'Asia/Shanghai'",
    ),
)
_MARIADB = (
    "mysql+pymysql",
    {"connect_timeout": CONNECT_SECONDS, "read_timeout": 2 * STATEMENT_SECONDS, "charset": "utf8mb4"},
    (
        "SET SESSION TRANSACTION READ ONLY",
        f"SET SESSION max_statement_time = {STATEMENT_SECONDS}",
        "SET SESSION time_zone = '+08:00'",
    ),
)


class _AsWritten(Loader):
    """Reads what Python has no value for (infinity, a year of five digits, 24:00) as the database writes it.

    One such cell then refuses its row, or means "for ever", and not the whole source.
    """

    def load(self, data: Buffer) -> Any:  # noqa: ANN401 - a value, or its text
        try:
            return super().load(data)  # type: ignore[safe-super]  # the loader that stands behind this one
        except psycopg.DataError:
            return bytes(data).decode()


class _Date(_AsWritten, DateLoader):
    pass


class _Time(_AsWritten, TimeLoader):
    pass


class _TimeTz(_AsWritten, TimetzLoader):
    pass


class _Timestamp(_AsWritten, TimestampLoader):
    pass


class _TimestampTz(_AsWritten, TimestamptzLoader):
    pass


_LOADERS = {
    "date": _Date, "time": _Time, "timetz": _TimeTz, "timestamp": _Timestamp, "timestamptz": _TimestampTz,
}  # fmt: skip
_KNOWN = {"postgresql": _POSTGRESQL, "mariadb": _MARIADB, "mysql": _MARIADB}


class SourceError(ConnectorError):
    """The source cannot be read now."""


def open_engine(variable: str) -> Engine:
    """Return an engine for the address in an environment variable; nothing connects yet. Raises SourceError."""
    url = _url(variable)
    known = _KNOWN.get(url.get_backend_name())
    if known is None:
        raise SourceError(f"{variable}: 只支持 PostgreSQL 与 MariaDB only postgresql:// and mariadb:// are known")
    driver, options, first = known
    try:
        engine = create_engine(url.set(drivername=driver), poolclass=NullPool, connect_args=options)
    except (SQLAlchemyError, ValueError) as fault:
        raise SourceError(f"{variable} 不是数据库地址 is no database address") from fault

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
        if driver == _POSTGRESQL[0]:
            for name, loader in _LOADERS.items():
                connection.adapters.register_loader(name, loader)
        with connection.cursor() as cursor:
            for statement in first:
                cursor.execute(statement)
        connection.commit()

    return engine


def _url(variable: str) -> URL:
    try:
        return make_url(secret(variable))
    except (SQLAlchemyError, ValueError) as fault:  # its text would show the password
        raise SourceError(f"{variable} 不是数据库地址 is no database address") from fault
