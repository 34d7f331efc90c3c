"""Operations: is the process alive, can it work, and what did it count."""

from contextlib import suppress

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from gateway.gateway import Gateway
from gateway.quality.alerts import COUNT_OPEN
from gateway.telemetry.metrics import Metrics, OpenAlerts
from gateway.telemetry.readiness import readiness
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
    """Check database, schema, keys, partitions and the audit log's lag: a failed answer means send me no traffic."""
    findings = await readiness(gateway)
    ok = all(finding.ok for finding in findings)
    body = {
        "status": "ok" if ok else "not ready",
        "checks": {finding.name: {"ok": finding.ok, "seen": finding.seen} for finding in findings},
    }
    return JSONResponse(body, status_code=200 if ok else 503)


@router.get("/metrics", summary="Prometheus metrics 指标", response_class=Response)
async def metrics(request: Request, gateway: Gw) -> Response:
    """Sum the counts of all workers of this instance; open alerts are counted where the database answers."""
    counted: Metrics = request.app.state.metrics
    registry = CollectorRegistry()
    registry.register(counted)
    with suppress(SQLAlchemyError, OSError):
        registry.register(OpenAlerts(await _count_alerts(gateway)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


async def _count_alerts(gateway: Gateway) -> dict[str, int]:
    async with gateway.database.begin("metrics.alerts") as session:
        return {row.kind: row.number for row in await session.execute(COUNT_OPEN)}
