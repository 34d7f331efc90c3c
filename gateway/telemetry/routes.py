"""Operations: is the process alive, can it work, and what did it count."""

import asyncio
from contextlib import suppress

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from gateway.gateway import Gateway
from gateway.quality.alerts import COUNT_OPEN
from gateway.telemetry.metrics import Metrics, OpenAlerts
from gateway.telemetry.readiness import ANSWER_SECONDS, readiness
from gateway.telemetry.worker_health import read_workers
from gateway.web.dependencies import Gw

router = APIRouter(tags=["operations 运行"])


@router.get("/livez", summary="Is the process alive? 进程是否存活")
async def live() -> dict[str, str]:
    """Answer without touching the database: a failed answer means restart me."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="Can it do its work? 是否就绪",
    responses={503: {"description": "Not ready; `checks` says why."}},
)
async def ready(gateway: Gw) -> JSONResponse:
    """Check database, schema, keys, partitions, the audit log's lag and the worker's steps.

    503 means: send me no traffic. A step of the worker that fails is named, and the answer is 200 all the same.
    """
    findings = await readiness(gateway)
    ready = all(finding.ok for finding in findings if finding.needed)
    body = {
        "status": "not ready" if not ready else "ok" if all(finding.ok for finding in findings) else "degraded",
        "checks": {finding.name: {"ok": finding.ok, "seen": finding.seen} for finding in findings},
    }
    return JSONResponse(body, status_code=200 if ready else 503)


@router.get("/metrics", summary="Prometheus metrics 指标", response_class=Response)
async def metrics(request: Request, gateway: Gw) -> Response:
    """Sum the counts of all processes of this instance; open alerts are counted where the database answers."""
    counted: Metrics = request.app.state.metrics
    registry = CollectorRegistry()
    registry.register(counted)
    registry.register(read_workers(gateway.settings.worker_folder))
    with suppress(SQLAlchemyError, OSError):
        async with asyncio.timeout(ANSWER_SECONDS):
            registry.register(OpenAlerts(await _count_alerts(gateway)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


async def _count_alerts(gateway: Gateway) -> dict[str, int]:
    async with gateway.database.begin("metrics.alerts") as session:
        return {row.kind: row.number for row in await session.execute(COUNT_OPEN)}
