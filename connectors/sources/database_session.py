"""A session on an agency's database: read-only, within a time limit, by the clock of the people there."""

from typing import Any

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
