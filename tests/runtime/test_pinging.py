"""Connections that a server ended are replaced before use; living ones are asked only where it is in doubt."""

import time

import pytest
from sqlalchemy import text

from gateway.runtime import pinging
from gateway.runtime.database import Database
from gateway.runtime.pinging import PING_AFTER_SECONDS

END = "SELECT pg_terminate_backend(:pid, 5000)"


@pytest.fixture
async def one(database_urls):
    """A database with a single connection for each role, whose pings are counted."""
    opened, pings = Database(database_urls, pool_size=1), []
    dialect = opened._engines["app"].dialect
    ping = dialect.do_ping

    def counted(connection):
        pings.append(connection)
        return ping(connection)

    dialect.do_ping = counted
    yield opened, pings
    await opened.close()


async def backend(database):
    async with database.begin("test.backend") as session:
        return (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()


async def test_a_connection_that_was_used_a_moment_ago_is_not_asked(one):
    database, pings = one
    assert len({await backend(database) for _ in range(3)}) == 1
    assert pings == []


async def test_a_connection_that_the_server_has_ended_is_replaced_and_nobody_notices(one):
    database, pings = one
    first = await backend(database)
    async with database.begin("test.end", role="watch") as session:
        assert (await session.execute(text(END), {"pid": first})).scalar_one()
    assert await backend(database) != first
    assert len(pings) == 1
    await backend(database)
    assert len(pings) == 1


@pytest.mark.parametrize(("idle", "asked"), [(-1, 0), (0, 1), (1, 1)])
async def test_a_connection_that_was_idle_for_long_is_asked(one, monkeypatch, idle, asked):
    database, pings = one
    now = time.monotonic()
    monkeypatch.setattr(pinging, "time", type("Clock", (), {"monotonic": staticmethod(lambda: now)}))
    first = await backend(database)
    later = now + PING_AFTER_SECONDS + idle
    monkeypatch.setattr(pinging, "time", type("Clock", (), {"monotonic": staticmethod(lambda: later)}))
    assert await backend(database) == first
    assert len(pings) == asked


async def test_a_connection_that_was_closed_here_is_replaced(one):
    database, _ = one
    first = await backend(database)
    async with database._engines["app"].connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
    await driver.close()
    assert await backend(database) != first
