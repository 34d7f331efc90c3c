"""A worker told to stop, whose connections stand open to a database that answers nothing any more."""

import asyncio
from dataclasses import replace

from sqlalchemy import text

from gateway.runtime.database import Database
from gateway.worker import work
from tests.faults.conftest import through_proxy
from tests.faults.proxy import Proxy

LONGEST_SECONDS = 30.0
ASK = text("SELECT 1")


async def test_a_worker_stops_though_the_connection_it_asks_on_has_only_fallen_silent(gateway, socket_folder):
    stop, asking = asyncio.Event(), asyncio.Event()
    with Proxy(socket_folder / ".s.PGSQL.5432") as proxy:
        urls = gateway.database.urls
        through = {role: through_proxy(getattr(urls, role), proxy.port) for role in ("app", "sequencer", "owner")}
        database = Database(replace(urls, **through))

        async def step(_):
            async with database.begin("step") as session:
                while True:  # until nobody answers
                    await session.execute(ASK)
                    asking.set()

        async def queue(_gateway, stop, _working):
            await stop.wait()

        async with database.begin("before", role="watch") as session:
            await session.execute(ASK)  # the connection stays open, and was used a moment ago
        working = asyncio.create_task(work(replace(gateway, database=database), stop, {"step": (step, 1.0)}, queue))
        await asking.wait()
        proxy.hang()
        stop.set()
        async with asyncio.timeout(LONGEST_SECONDS):
            await working
        proxy.away()
        await database.close()
