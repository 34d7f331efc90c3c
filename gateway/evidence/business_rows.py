"""The rows that the log vouches for, read from the database as the offline check reads them from files.

This module and conservation.py alone read across the tables of all packages: what they compare lies on both sides.
"""

from collections.abc import AsyncIterator

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.evidence.vouched.declaration import Members
from signing.errors import SignatureError
from signing.packed import unpack

# In the order of the tree, then as events wait for it; last, rows that name no event.
_IN_ORDER = """
    SELECT r.* FROM ({query}) r LEFT JOIN audit_leaf l ON l.event_id = r.entry
    LEFT JOIN audit_pending p ON p.event_id = r.entry ORDER BY l.leaf_index NULLS LAST, p.event_id NULLS LAST, r.entry
"""
ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # entries and rows are those of one moment


def in_order(query: str) -> str:
    """Return a query for the rows of deeds in the order of their entries."""
    return _IN_ORDER.format(query=query)


async def read_rows(session: AsyncSession, query: str) -> AsyncIterator[bytes]:
    """Yield the rows of a query as JSON; the server keeps what was not asked for yet."""
    rows = await session.stream(text(query))
    try:
        async for row in rows:
            yield orjson.dumps(dict(row._mapping), default=_opened)  # noqa: SLF001 - the documented way to a row's names
    finally:
        await rows.close()


def _opened(answer: bytes) -> str:
    """Return an answer as it was sent; what is none any more is another text than that."""
    try:
        return unpack(answer)
    except SignatureError:
        return answer.hex()


class StoredRows:
    """The rows of one query, taken one by one or entry by entry; `begin` comes first."""

    def __init__(self, session: AsyncSession, query: str) -> None:
        self._rows = read_rows(session, query)
        self._next: Members | None = None

    async def begin(self) -> "StoredRows":
        """Read the first row."""
        await self._advance()
        return self

    def names(self, entry: str) -> bool:
        """Tell whether the next row names this entry."""
        return self._next is not None and self._next["entry"] == entry

    async def take(self, entry: str) -> list[Members]:
        """Return the next rows, as far as they name this entry."""
        taken: list[Members] = []
        while self._next is not None and self._next["entry"] == entry:
            taken.append(self._next)
            await self._advance()
        return taken

    async def rest(self) -> AsyncIterator[Members]:
        """Yield the rows that are left."""
        while self._next is not None:
            yield self._next
            await self._advance()

    async def _advance(self) -> None:
        row = await anext(self._rows, None)
        self._next = None if row is None else orjson.loads(row)
