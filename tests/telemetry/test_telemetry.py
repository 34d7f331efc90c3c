"""Spans, counts and log lines of requests; failures are exported whatever the sampling ratio."""

import asyncio
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest
from structlog.testing import capture_logs

from gateway.runtime.settings import Settings
from gateway.telemetry import exporting
from gateway.telemetry import metrics as metrics_module
from gateway.telemetry import traces as telemetry
from gateway.telemetry.metrics import Metrics, clear_metrics
from gateway.web import observation
from gateway.web.observation import Observation


def build_app(folder: Path) -> tuple[FastAPI, Metrics]:
    app, metrics = FastAPI(), Metrics(folder)

    @app.get("/subjects/{uscc}")
    async def answer(uscc: str) -> str:
        return uscc[:1]

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("王五")

    app.add_middleware(Observation, metrics=metrics)
    return app, metrics


def traced(ratio: float, monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    provider = exporting.build_provider(Settings(trace_ratio=ratio))
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("xinqiao")
    monkeypatch.setattr(telemetry, "TRACER", tracer)
    monkeypatch.setattr(observation, "TRACER", tracer)
    return exporter


async def ask(app: FastAPI, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.get(path, headers=headers)


async def test_a_request_is_named_by_its_route_and_never_by_its_path(tmp_path, monkeypatch):
    exporter = traced(1.0, monkeypatch)
    app, _ = build_app(tmp_path)
    with capture_logs() as lines:
        response = await ask(app, "/subjects/91330300MA2ABCDE1X?name=%E7%8E%8B")
    assert response.status_code == 200
    assert [span.name for span in exporter.get_finished_spans()] == ["GET /subjects/{uscc}"]
    assert "91330300MA2ABCDE1X" not in str(lines)
    assert lines[0]["route"] == "/subjects/{uscc}"


async def test_nothing_is_exported_at_ratio_zero_but_the_failures(tmp_path, monkeypatch):
    exporter = traced(0.0, monkeypatch)
    app, _ = build_app(tmp_path)
    assert (await ask(app, "/subjects/1")).status_code == 200
    assert exporter.get_finished_spans() == ()
    assert (await ask(app, "/broken")).status_code == 500
    (span,) = exporter.get_finished_spans()
    assert span.name == "GET /broken"
    assert span.attributes["error.type"] == "RuntimeError"
    assert span.status.status_code is trace.StatusCode.ERROR
    assert not span.events


async def test_the_caller_decides_whether_its_trace_is_followed(tmp_path, monkeypatch):
    exporter = traced(0.0, monkeypatch)
    app, _ = build_app(tmp_path)
    await ask(app, "/subjects/1", {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
    (span,) = exporter.get_finished_spans()
    assert span.context.trace_id == int("ab" * 16, 16)


async def test_a_failed_sampled_request_is_exported_once(tmp_path, monkeypatch):
    exporter = traced(1.0, monkeypatch)
    app, _ = build_app(tmp_path)
    await ask(app, "/broken")
    assert len(exporter.get_finished_spans()) == 1


async def test_requests_are_counted_by_route_and_status(tmp_path):
    app, metrics = build_app(tmp_path)
    for path in ("/subjects/1", "/subjects/2", "/nowhere"):
        await ask(app, path)
    text = scrape(metrics)
    assert 'xinqiao_http_request_seconds_count{method="GET",route="/subjects/{uscc}",status="200"} 2.0' in text
    assert 'xinqiao_http_request_seconds_count{method="GET",route="(no route)",status="404"} 1.0' in text


def test_the_processes_of_an_instance_are_summed(tmp_path):
    other, mine = Metrics(tmp_path), Metrics(tmp_path)
    other.observe("POST", "/v1/inquiries", 200, 0.02)
    other.count("inquiry", "answered", 3)
    other.flush()
    mine.observe("POST", "/v1/inquiries", 200, 7.0)
    mine.flush()
    assert len(list(tmp_path.glob("*.json"))) == 2
    text = scrape(mine)
    labels = 'method="POST",route="/v1/inquiries",status="200"'
    assert f"xinqiao_http_request_seconds_count{{{labels}}} 2.0" in text
    assert f'xinqiao_http_request_seconds_bucket{{le="0.025",{labels}}} 1.0' in text
    assert f"xinqiao_http_request_seconds_sum{{{labels}}} 7.02" in text
    assert 'xinqiao_steps_total{outcome="answered",step="inquiry"} 3.0' in text
    mine.close()
    other.close()


def test_counts_of_processes_that_ended_stay_in_one_file_until_the_service_starts_anew(tmp_path):
    living = Metrics(tmp_path)
    living.count("inquiry", "answered")
    living.flush()
    for _ in range(5):
        ended = Metrics(tmp_path)
        ended.observe("GET", "/livez", 200, 0.02)
        ended.count("inquiry", "answered")
        ended.close()
    assert 'xinqiao_steps_total{outcome="answered",step="inquiry"} 6.0' in scrape(living)
    assert len(list(tmp_path.glob("*.json"))) == 3  # of the living, of the last to end, of those before
    clear_metrics(tmp_path)
    assert 'xinqiao_steps_total{outcome="answered",step="inquiry"} 1.0' in scrape(living)
    assert 'xinqiao_steps_total{outcome="answered",step="inquiry"} 1.0' in scrape(Metrics(tmp_path)), "it lives"
    living.close()
    clear_metrics(tmp_path)
    assert not list(tmp_path.glob("*.json"))


async def test_a_disk_that_refuses_the_counts_does_not_end_the_counting(tmp_path, monkeypatch):
    monkeypatch.setattr(metrics_module, "FLUSH_SECONDS", 0.01)
    (tmp_path / "metrics").touch()  # no folder can be made there
    metrics = Metrics(tmp_path / "metrics")
    metrics.count("inquiry", "answered")
    flushing = asyncio.create_task(metrics.flush_forever())
    with capture_logs() as lines:
        async with asyncio.timeout(10):
            while not lines:  # noqa: ASYNC110 - the log has no event
                await asyncio.sleep(0.01)
        (tmp_path / "metrics").unlink()
        async with asyncio.timeout(10):
            while not list(tmp_path.glob("metrics/*.json")):  # noqa: ASYNC110 - nor has the disk
                await asyncio.sleep(0.01)
    flushing.cancel()
    metrics.close()
    assert lines[0]["event"] == "metrics not written"


def scrape(metrics: Metrics) -> str:
    registry = CollectorRegistry()
    registry.register(metrics)
    return generate_latest(registry).decode()
