"""The metrics, on a port of their own: who may ask the service need not learn how busy it is.

One process of an instance holds the port, and its answer sums what all of them count. Where it ends, another takes the
port. A port that somebody else holds is logged and tried again: the service goes on without.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial

import structlog
import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.runtime.held_files import hold
from gateway.runtime.settings import Settings
from gateway.telemetry.readiness import ANSWER_SECONDS
from gateway.telemetry.worker_health import read_workers
from gateway.web.connections import CONNECTIONS, Connections
from gateway.web.http_protocol import BoundedProtocol

RETRY_SECONDS = 1.0
MOST_CONNECTIONS = 32
_LOG = structlog.get_logger("gateway.metrics")


def metrics_app(service: FastAPI) -> Starlette:
    """Return what answers /metrics for a service: its counts, its workers', and what rooms count in the database."""

    async def metrics(_request: Request) -> Response:
        opened, registry = service.state.gateway, CollectorRegistry()
        registry.register(service.state.metrics)
        registry.register(read_workers(opened.settings.worker_folder))
        with suppress(SQLAlchemyError, OSError):  # what the database does not answer is left out
            async with asyncio.timeout(ANSWER_SECONDS), opened.units.database.begin("metrics", role="watch") as session:
                for count in service.state.counted_in_database:
                    registry.register(await count(session))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[Mapping[str, object]]:
        limits = service.state.gateway.settings.model_copy(update={"max_connections": MOST_CONNECTIONS})
        yield {CONNECTIONS: Connections(limits, partial(service.state.metrics.count, "metrics-connection"))}

    return Starlette(routes=[Route("/metrics", metrics)], lifespan=lifespan)


@asynccontextmanager
async def metrics_served(settings: Settings, service: FastAPI) -> AsyncIterator[None]:
    """Serve the metrics for the length of the block, or wait to take over from the process that does; port 0: never."""
    serving = asyncio.create_task(_serve(settings, service)) if settings.metrics_port else None
    try:
        yield
    finally:
        if serving:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving


class _Server(uvicorn.Server):
    """A server beside the one that has the process's signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(settings: Settings, service: FastAPI) -> None:
    lock, told = settings.instance_home / "metrics" / "port.lock", False
    lock.parent.mkdir(parents=True, exist_ok=True)
    while True:
        if held := hold(lock):
            with held:
                try:
                    await _listen(settings, service)
                except OSError as fault:
                    if not told:
                        _LOG.error("metrics port taken", port=settings.metrics_port, fault=type(fault).__name__)
                    told = True
        await asyncio.sleep(RETRY_SECONDS)


async def _listen(settings: Settings, service: FastAPI) -> None:
    """Serve until cancelled. Raises OSError where the port cannot be had."""
    with socket.create_server((settings.metrics_host, settings.metrics_port)) as listening:
        config = uvicorn.Config(
            metrics_app(service), lifespan="on", http=BoundedProtocol, log_config=None, access_log=False,
            server_header=False, proxy_headers=False, limit_concurrency=MOST_CONNECTIONS, timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = _Server(config)
        try:
            await server.serve(sockets=[listening])
        except asyncio.CancelledError:
            if server.started:
                await server.shutdown(sockets=[listening])
            raise
