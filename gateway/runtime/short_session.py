"""A session that hands texts to the driver as they stand, prepared once: for what is asked many times a second.

Between a text and the driver SQLAlchemy takes four times as long as the driver does. What a text gives, and what is
raised, is the same as by any session; mapped classes and typed parameters go the long way.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NoReturn, cast

import psycopg
from sqlalchemy import Dialect, Result, TextClause
from sqlalchemy.dialects.postgresql import psycopg as dialect
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.store.arrays import array_of

# A plan is kept for whatever arrays come. By default PostgreSQL takes a new one for each, since it knows their length
# then: of a question asked alone that took four tenths of the database's time, for the same plan by the same index.
_KEEP_PLANS = "SET LOCAL plan_cache_mode = force_generic_plan"
_DIALECT: Dialect = dialect.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]


class _Rows(IteratorResult[Any]):
    """Rows as any result has them, and how many were written."""

    def __init__(self, keys: SimpleResultMetaData, rows: Iterator[Any], rowcount: int) -> None:
        super().__init__(keys, rows)
        self.rowcount = rowcount


class ShortSession(AsyncSession):
    """A session of one transaction."""

    async def execute(self, statement: Any, params: Any = None, **more: Any) -> Result[Any]:  # noqa: ANN401 - as SQLAlchemy has it
        """Execute a statement. Raises what SQLAlchemy raises."""
        query = _spelled(statement) if isinstance(statement, TextClause) and not more else None
        if query is None or isinstance(params, list | tuple):
            return cast("Result[Any]", await super().execute(statement, params, **more))
        if self.new or self.dirty or self.deleted:
            await self.flush()
        cursor = await self._driver()
        try:
            await cursor.execute(query, {name: _given(value) for name, value in (params or {}).items()}, prepare=True)
            rows = await cursor.fetchall() if cursor.pgresult and cursor.pgresult.nfields else []
        except psycopg.Error as fault:
            _raise(query, fault)
        names = tuple(column.name for column in cursor.description or ())
        return _Rows(_keys(names), iter(rows), cursor.rowcount)

    async def _driver(self) -> psycopg.AsyncCursor:
        """Return the driver's cursor, one for all statements; the transaction begins with it."""
        if "driver" not in self.info:
            found = (await (await self.connection()).get_raw_connection()).driver_connection
            self.info["driver"] = cursor = cast("psycopg.AsyncConnection", found).cursor(binary=True)
            await cursor.execute(_KEEP_PLANS)
        return cast("psycopg.AsyncCursor", self.info["driver"])


@lru_cache(maxsize=512)
def _spelled(statement: TextClause) -> bytes | None:
    """Return a text as the driver takes it; None for one whose parameters have types."""
    compiled = statement.compile(dialect=_DIALECT)
    if any(not one.type._isnull for one in compiled.binds.values()):  # noqa: SLF001 - how SQLAlchemy says "no type"
        return None
    return str(compiled).encode()


def _given(value: object) -> object:
    """Return a parameter as the driver takes it soonest: of what an array is, our texts say."""
    return array_of(value) if type(value) is list else value


@lru_cache(maxsize=512)
def _keys(names: Sequence[str]) -> SimpleResultMetaData:
    return SimpleResultMetaData(names)


def _raise(query: bytes, fault: psycopg.Error) -> NoReturn:
    parameters: Mapping[str, object] = {}
    raise DBAPIError.instance(
        query.decode(), parameters, fault, psycopg.Error, hide_parameters=True, dialect=_DIALECT
    ) from fault
