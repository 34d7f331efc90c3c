"""Operations: is the process alive, can it work, and what did it count."""

import asyncio
from contextlib import suppress

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from gateway.telemetry.metrics import Metrics
from gateway.telemetry.readiness import ANSWER_SECONDS, readiness
from gateway.telemetry.worker_health import read_workers
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import Router

router = Router(tags=["运行 Operation"])


@router.head("/livez", include_in_schema=False)
@router.get("/livez", summary="进程是否存活 Is the process alive?")
async def live() -> dict[str, str]:
    """Answer without touching the database: a failed answer means restart me."""
    return {"status": "ok"}


@router.head("/readyz", include_in_schema=False)
@router.get(
    "/readyz",
    summary="是否就绪 Can it do its work?",
    responses={503: {"description": "Not ready; `checks` says why."}},
)
async def ready(units: Units, settings: TheSettings) -> JSONResponse:
    """Check database, schema, keys, partitions, the audit log's lag and the worker's steps.

    503 means: send me no traffic. A step of the worker that fails is named, and the answer is 200 all the same.
    """
    findings = await readiness(units, settings.worker_folder)
    ready = all(finding.ok for finding in findings if finding.needed)
    body = {
        "status": "not ready" if not ready else "ok" if all(finding.ok for finding in findings) else "degraded",
        "checks": {finding.name: {"ok": finding.ok, "seen": finding.seen} for finding in findings},
    }
    return JSONResponse(body, status_code=200 if ready else 503)


@router.get("/metrics", summary="指标 Prometheus metrics", response_class=Response)
async def metrics(request: Request, units: Units, settings: TheSettings) -> Response:
    """Sum the counts of all processes of this instance; what rooms count in the database, where it answers."""
    counted: Metrics = request.app.state.metrics
    registry = CollectorRegistry()
    registry.register(counted)
    registry.register(read_workers(settings.worker_folder))
    with suppress(SQLAlchemyError, OSError):
        async with asyncio.timeout(ANSWER_SECONDS), units.database.begin("metrics") as session:
            for count in request.app.state.counted_in_database:
                registry.register(await count(session))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
