"""Gates for races: somebody else's transaction holds what the program needs next, and opens once the others wait.

    async with held(database, "SELECT FROM consent_head WHERE consent_id = :id FOR UPDATE", id=consent) as gate:
        first = asyncio.create_task(…)
        await gate.waiting(1)
        second = asyncio.create_task(…)
        await gate.waiting(2)
    # The gate is open: first and second go on, in this order.

A row's lock stops who locks or changes the row; `writes_to(table)` stops whoever writes there next, while readers and
row locks pass. No time is waited for: that somebody waits is read from the server.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import text

from gateway.runtime.database import Database

LONGEST_SECONDS = 120  # a busy machine does not reach it
_WAITING = text("""
    SELECT count(DISTINCT l.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE NOT l.granted AND a.datname = current_database()
""")


@dataclass(frozen=True)
class Gate:
    """A closed gate."""

    database: Database

    async def waiting(self, count: int) -> None:
        """Return once `count` connections of this database wait for a lock."""
        async with asyncio.timeout(LONGEST_SECONDS):
            while await self._count() < count:  # noqa: ASYNC110 - locks of the database raise no event here
                await asyncio.sleep(0.01)

    async def _count(self) -> int:
        async with self.database.begin("test.waiting", role="owner") as session:
            return (await session.execute(_WAITING)).scalar_one()


def writes_to(table: str) -> str:
    """Return the statement that stops whoever writes to a table next."""
    return f"LOCK TABLE {table} IN SHARE MODE"


@asynccontextmanager
async def held(database: Database, statement: str, **values: object) -> AsyncIterator[Gate]:
    """Hold what a statement locks for the length of the block."""
    async with database.begin("test.gate", role="owner") as session:
        await session.execute(text(statement), values)
        yield Gate(database)
