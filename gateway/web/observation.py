"""The one middleware: a span, a log line and a count per request.

Pure ASGI: Starlette's BaseHTTPMiddleware costs four times the request it wraps (docs/decisions/0007-telemetry.md).
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import structlog
from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from gateway.runtime.settings import Settings
from gateway.telemetry.logs import configure_logs
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.traces import TRACER, exported_traces, record_failure

QUIET = frozenset({"/livez", "/readyz"})
UNMATCHED = "(no route)"
_LOG = structlog.get_logger("gateway.request")


class Observation:
    """Wrap the application; the path is named by its route, because a path or query may hold an identifier."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, started_ns = time.perf_counter(), time.time_ns()
        status = HTTPStatus.INTERNAL_SERVER_ERROR.value
        request_id = str(uuid7())

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"x-request-id", request_id.encode()))
            await send(message)

        headers = {
            k.decode("latin-1"): v.decode("latin-1")
            for k, v in scope["headers"]
            if k in {b"traceparent", b"tracestate"}
        }
        parent = propagate.extract(headers) if headers else None
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            TRACER.start_as_current_span(scope["method"], context=parent, kind=SpanKind.SERVER) as span,
        ):
            try:
                await self._app(scope, receive, noting)
            except Exception as fault:
                self._note(scope, 500, started, started_ns, span, type(fault).__name__)
                raise
            self._note(scope, status, started, started_ns, span, None)

    def _note(
        self, scope: Scope, status: int, started: float, started_ns: int, span: trace.Span, fault: str | None
    ) -> None:
        route = getattr(scope.get("route"), "path", UNMATCHED)
        method, seconds = scope["method"], time.perf_counter() - started
        self._metrics.observe(method, route, status, seconds)
        name = f"{method} {route}"
        span.update_name(name)
        span.set_attribute("http.response.status_code", status)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            span.set_status(trace.StatusCode.ERROR)
            record_failure(name, started_ns, fault or str(status), status)
        if route not in QUIET:
            _LOG.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1), fault=fault)


@asynccontextmanager
async def observed(settings: Settings, metrics: Metrics) -> AsyncIterator[None]:
    """Set up logs and traces of a serving process, and share its counts with its sibling workers while it runs."""
    configure_logs(settings.log_level, settings.instance)
    flushing = asyncio.create_task(metrics.flush_forever())
    with exported_traces(settings):
        try:
            yield
        finally:
            flushing.cancel()
            metrics.close()
