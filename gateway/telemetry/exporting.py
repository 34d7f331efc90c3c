"""How spans leave the process: sampled at the root, failures always, over OTLP. Loaded where an endpoint is set."""

from collections.abc import Sequence
from threading import Thread

from opentelemetry import context as otel_context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes

from gateway.runtime.settings import Settings

SENDING_SECONDS = 5.0
ENDING_SECONDS = 1.0


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
    return TracerProvider(resource=about, sampler=ErrorsToo(settings.trace_ratio), shutdown_on_exit=False)


def exporting_provider(settings: Settings, endpoint: str) -> TracerProvider:
    """Make a provider that sends its spans to the endpoint, in batches."""
    provider = build_provider(settings)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=SENDING_SECONDS)))
    return provider


def end_exporting(provider: TracerProvider) -> None:
    """Send what is left, for a moment: a collector that is away does not keep the process from ending."""
    ending = Thread(target=provider.shutdown, daemon=True)
    ending.start()
    ending.join(ENDING_SECONDS)
