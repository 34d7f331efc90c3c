"""Processes that stay wait for a database that is away when they start; commands end and say so."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gateway.runtime.database import Database
from gateway.runtime.embedded import resolve_urls
from gateway.runtime.settings import Settings

AGAIN_SECONDS = 1.0
TOLD_EVERY = 15  # tries
_LOG = structlog.get_logger("gateway.waiting")


async def until_database_answers(settings: Settings) -> None:
    """Return once the instance's database answers; why it does not is told again and again meanwhile.

    Raises as resolve_urls: what waiting does not mend. SIGTERM and SIGINT end the process: there is nothing to finish.
    """
    database = Database(resolve_urls(settings), 1, settings.database_wait_seconds)
    try:
        tries = 0
        with _ended_by_signals():
            while not await _answers(database, told=tries % TOLD_EVERY == 0):
                tries += 1
                await asyncio.sleep(AGAIN_SECONDS)
        if tries:
            _LOG.info("the database answers")
    finally:
        await database.close()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    earlier = {name: signal.signal(name, lambda *_: sys.exit(0)) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for name, handler in earlier.items():
            signal.signal(name, handler)


async def _answers(database: Database, *, told: bool) -> bool:
    try:
        async with database.begin("wait") as session:
            await session.connection()
    except (OperationalError, PoolTimeoutError) as fault:
        if told:
            # Nothing was asked of the database yet: the text names where and why it cannot be reached.
            _LOG.warning("waiting for the database", reason=str(getattr(fault, "orig", None) or fault))
        return False
    return True
