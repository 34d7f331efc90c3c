"""A second worker: another application on the same database, with a memory of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from gateway.app import create_app
from gateway.gateway import Gateway, open_gateway
from gateway.runtime.database import Database
from tests.identities import add_proof


@asynccontextmanager
async def second_worker(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """Serve the instance a second time; return a client of that."""
    database = Database(gateway.database.urls)
    try:
        async with open_gateway(gateway.settings, database) as opened:
            transport = httpx.ASGITransport(app=create_app(gateway.settings, opened), raise_app_exceptions=False)
            hooks = {"request": [add_proof]}
            async with httpx.AsyncClient(
                transport=transport, base_url=gateway.settings.issuer, event_hooks=hooks
            ) as client:
                yield client
    finally:
        await database.close()
