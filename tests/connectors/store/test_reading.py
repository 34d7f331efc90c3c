"""Rows read all at once: as they are, and whoever is cancelled leaves the connection in order."""

import asyncio
from datetime import date

import psycopg
import pytest
from sqlalchemy import text

from connectors.store.reading import fetch
from gateway.runtime.database import raw


@pytest.fixture
async def connection(gateway):
    async with gateway.database.begin("test.reading") as session:
        await session.execute(text("SELECT 1"))
        yield await raw(session)


async def test_rows_come_as_the_driver_reads_them(connection):
    query = "SELECT g, $1::bytea, $2::date, NULL FROM generate_series($3::bigint, 2) AS g"
    given = ["\\xff00", "2026-11-28", "1"]
    assert await fetch(connection, query, given) == [(at, b"\xff\x00", date(2026, 11, 28), None) for at in (1, 2)]
    assert await fetch(connection, query, [*given[:2], "3"]) == []


async def test_what_the_server_refuses_is_raised(connection):
    with pytest.raises(psycopg.errors.UndefinedTable):
        await fetch(connection, "SELECT * FROM nowhere", [])
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        await fetch(connection, "SELECT 1", [])


async def test_nothing_is_read_outside_of_a_transaction(connection):
    await connection.rollback()
    with pytest.raises(psycopg.ProgrammingError):
        await fetch(connection, "SELECT 1", [])


async def test_whoever_is_cancelled_waits_for_the_rows_and_the_next_one_has_the_connection(connection):
    slow = asyncio.create_task(fetch(connection, "SELECT pg_sleep(0.3)", []))
    await asyncio.sleep(0.1)
    assert connection.lock.locked()
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    assert not connection.lock.locked()
    assert await fetch(connection, "SELECT 1", []) == [(1,)]
