"""Probes: many at once share one look, over HTTP, and none of them takes it from the others."""

import asyncio
import socket
import time
from contextlib import asynccontextmanager, contextmanager

import httpx
import pytest
import uvicorn
from sqlalchemy import event

from gateway.telemetry.readiness import CHECKS
from gateway.telemetry.shared_look import BETWEEN_LOOKS_SECONDS

PROBES = 60


class Server(uvicorn.Server):
    """A server that leaves the process's signals alone."""

    @contextmanager
    def capture_signals(self):
        yield


@asynccontextmanager
async def serving(service):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(uvicorn.Config(service, lifespan="off", log_config=None))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await running


@pytest.fixture
def begun(gateway):
    """Every transaction that is begun to look, in a list."""
    found = []
    noting, engine = found.append, gateway.database._engines["watch"].sync_engine
    event.listen(engine, "begin", noting)
    yield found
    event.remove(engine, "begin", noting)


async def test_many_probes_at_once_share_a_look(gateway, service, begun):
    async with serving(service) as address, httpx.AsyncClient(base_url=address, timeout=30) as client:
        started = time.monotonic()
        answers = await asyncio.gather(*(client.get("/readyz") for _ in range(PROBES)))
        looks = 2 + (time.monotonic() - started) / BETWEEN_LOOKS_SECONDS
    assert len({answer.status_code for answer in answers}) == 1
    assert answers[0].json()["checks"]["database"]["ok"]
    assert len(CHECKS) <= len(begun) <= len(CHECKS) * min(looks, PROBES / 2)


async def test_a_probe_that_hangs_up_takes_the_look_from_nobody(gateway):
    first, second = (asyncio.create_task(gateway.look.findings()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert {finding.name for finding in await second} >= set(CHECKS)
    with pytest.raises(asyncio.CancelledError):
        await first
