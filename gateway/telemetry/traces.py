"""Traces: manual spans, sampled at the root, exported by OTLP (docs/decisions/0007-telemetry.md).

Without an endpoint no provider is installed and every span is a no-op. A request that fails is always exported: its
span is made after the fact with the attribute `error.type`, which the sampler lets through whatever the ratio.
"""

from collections.abc import Sequence

from opentelemetry import context as otel_context
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes

from gateway.runtime.settings import Settings

TRACER = trace.get_tracer("xinqiao")


class ErrorsToo(Sampler):
    """Follow the parent, else the ratio; always take a span that is born with an error."""

    def __init__(self, ratio: float) -> None:
        self._usual = ParentBased(TraceIdRatioBased(ratio))

    def should_sample(
        self,
        parent_context: otel_context.Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        chosen = ALWAYS_ON if attributes and "error.type" in attributes else self._usual
        return chosen.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return "ErrorsToo"


def build_provider(settings: Settings) -> TracerProvider:
    """Make a provider that samples as the settings say; exporters are added by the caller."""
    about = Resource.create(
        {"service.name": "xinqiao", "service.namespace": settings.role, "service.instance.id": settings.instance}
    )
    return TracerProvider(resource=about, sampler=ErrorsToo(settings.trace_ratio), shutdown_on_exit=True)


def configure_traces(settings: Settings) -> None:
    """Install the exporter where an endpoint is set. Call once per process, after any fork."""
    if settings.otlp_endpoint is None:
        return
    provider = build_provider(settings)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.otlp_endpoint)))
    trace.set_tracer_provider(provider)


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
