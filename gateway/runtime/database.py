"""The database: three roles, and the only place that commits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, cast

import psycopg
from opentelemetry import trace
from sqlalchemy import URL, CursorResult, NullPool, Result, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from gateway.runtime.fair_shares import FairShares
from gateway.runtime.pinging import ping_in_doubt
from gateway.runtime.short_session import ShortSession

# "watch": the app's role on connections of its own. What tells how the instance does, and who may enter, does not wait
# behind requests.
Role = Literal["app", "watch", "sequencer", "owner"]
APP_ROLE = "xinqiao_app"
SEQUENCER_ROLE = "xinqiao_sequencer"
WATCHING = 2  # one that hangs leaves the other
_TRACER = trace.get_tracer("xinqiao")


@dataclass(frozen=True)
class DatabaseUrls:
    """Where each role connects."""

    app: URL
    sequencer: URL
    owner: URL


def urls_from(app: str, sequencer: str | None, owner: str | None) -> DatabaseUrls:
    """Build the three URLs; where only one login is given, it takes on the narrower role at connection."""
    base = make_url(app).set(drivername="postgresql+psycopg")

    def narrowed(given: str | None, role: str) -> URL:
        if given is not None:
            return make_url(given).set(drivername="postgresql+psycopg")
        return base.update_query_dict({"options": f"-c role={role}"})

    app_url = narrowed(app if owner else None, APP_ROLE)
    return DatabaseUrls(
        app_url, narrowed(sequencer, SEQUENCER_ROLE), make_url(owner or app).set(drivername=base.drivername)
    )


class Database:
    """Connections by role. `begin` is a transaction: it commits when its block ends and rolls back when it raises."""

    def __init__(self, urls: DatabaseUrls, pool_size: int = 8, wait_seconds: int = 30) -> None:
        """Prepare the engines; nothing connects yet. Whoever waits longer for a connection gets an error instead."""
        self.urls = urls
        self.shares = FairShares(max(1, pool_size // 2), wait_seconds)
        # No fault's text tells what was written: it may be personal.
        common: dict[str, Any] = {"connect_args": {"connect_timeout": wait_seconds}, "hide_parameters": True}

        def pooled(url: URL, size: int) -> AsyncEngine:
            engine = create_async_engine(url, pool_size=size, max_overflow=0, pool_timeout=wait_seconds, **common)
            ping_in_doubt(engine)
            return engine

        self._engines: dict[Role, AsyncEngine] = {
            "app": pooled(urls.app, pool_size),
            "watch": pooled(urls.app, WATCHING),
            "sequencer": pooled(urls.sequencer, 2),
            "owner": create_async_engine(urls.owner, poolclass=NullPool, **common),
        }

    @asynccontextmanager
    async def begin(self, name: str, *, role: Role = "app", short: bool = False) -> AsyncIterator[AsyncSession]:
        """Open a transaction; `name` is its commit point, used in traces and by the crash tests.

        `short`: what is asked many times a second, whose texts go to the driver as they are.
        """
        kind = ShortSession if short else AsyncSession
        with _TRACER.start_as_current_span(name):
            async with kind(self._engines[role], expire_on_commit=False) as session:
                session.info["name"] = name
                async with session.begin():
                    yield session

    async def close(self) -> None:
        """Close every connection."""
        for engine in self._engines.values():
            await engine.dispose()


async def raw(session: AsyncSession) -> psycopg.AsyncConnection:
    """Return the driver's connection under the session's transaction, for COPY and for the job queue."""
    connection = await (await session.connection()).get_raw_connection()
    return cast("psycopg.AsyncConnection", connection.driver_connection)


def rowcount(done: Result[Any]) -> int:
    """Return how many rows an INSERT, UPDATE or DELETE has written; SQLAlchemy types a result as if it had none."""
    return int(cast("CursorResult[Any]", done).rowcount)
