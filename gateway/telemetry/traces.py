"""Traces: manual spans, exported by OTLP where an endpoint is set (docs/decisions/0007-telemetry.md).

Without an endpoint no provider is installed and every span is a no-op. A request that fails is always exported: its
span is made after the fact with the attribute `error.type`, which the sampler (gateway/telemetry/exporting.py) lets
through whatever the ratio.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind

from gateway.runtime.settings import Settings

TRACER = trace.get_tracer("xinqiao")


@contextmanager
def exported_traces(settings: Settings) -> Iterator[None]:
    """Export spans for the length of the block, where an endpoint is set. Once per process, after any fork."""
    if settings.otlp_endpoint is None:
        yield
        return
    from gateway.telemetry.exporting import end_exporting, exporting_provider

    provider = exporting_provider(settings, settings.otlp_endpoint)
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        end_exporting(provider)


def record_failure(name: str, started_ns: int, fault: str, status: int) -> None:
    """Export a span for a failed request whose own span was not sampled. `started_ns` is Unix time."""
    if trace.get_current_span().get_span_context().trace_flags.sampled:
        return
    span = TRACER.start_span(
        name,
        kind=SpanKind.SERVER,
        start_time=started_ns,
        attributes={"error.type": fault, "http.response.status_code": status},
    )
    span.set_status(trace.StatusCode.ERROR)
    span.end()


def trace_headers() -> dict[str, str]:
    """Return the headers (W3C traceparent) that let the next hop join this trace."""
    headers: dict[str, str] = {}
    propagate.inject(headers)
    return headers
