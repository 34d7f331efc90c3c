"""Connections of a pool are asked whether they are alive where that is in doubt, and not before every transaction.

A question there and back costs as much as a statement. A server that has ended a connection has said so: then there is
something to read on a connection that nothing was asked on. What says nothing may have been cut off on the way: a
connection that was idle for long is asked, too.
"""

import select
import time
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine

PING_AFTER_SECONDS = 30.0
_SINCE = "idle_since"  # in what the pool keeps of a connection


def ping_in_doubt(engine: AsyncEngine) -> None:
    """Have the pool of an engine replace connections that are dead when they are taken from it."""
    pooled = engine.sync_engine

    @event.listens_for(pooled, "checkin")
    def returned(_connection: Any, record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own
        record.info[_SINCE] = time.monotonic()

    @event.listens_for(pooled, "checkout")
    def taken(connection: Any, record: Any, _given: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own
        since = record.info.get(_SINCE)
        if since is None or (time.monotonic() - since < PING_AFTER_SECONDS and not _has_said(connection)):
            return
        try:
            pooled.dialect.do_ping(connection)
        except (psycopg.OperationalError, psycopg.InterfaceError) as fault:
            raise InvalidatePoolError from fault


def _has_said(connection: Any) -> bool:  # noqa: ANN401 - SQLAlchemy's own
    """Tell whether a connection that nothing was asked on has something to be read, its end included."""
    try:
        look = select.poll()
        look.register(connection.driver_connection.fileno(), select.POLLIN)
        return bool(look.poll(0))
    except psycopg.OperationalError:  # it was closed here
        return True
