"""Data quality: all agencies ranked, one agency's feeds week by week, and what it can do about them."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import agencies
from connectors.errors import ConnectorError
from connectors.store.tables import Batch
from gateway.console.guard import QualityPresent, SignedForm
from gateway.console.render import PageError, page
from gateway.gateway import Gateway
from gateway.intake.accepting import accept_held
from gateway.intake.held import discard_held
from gateway.intake.rejected_rows_routes import download
from gateway.people.sessions import Present
from gateway.quality.alerts import list_alerts
from gateway.quality.charts import HEIGHT, WIDTH, bars
from gateway.quality.details import list_held, load_open, load_reasons, load_weeks
from gateway.quality.index import ranked
from gateway.quality.scores import load_scores
from gateway.runtime.errors import GatewayError
from gateway.web.dependencies import Gw, Transaction

router = APIRouter(prefix="/console/quality", include_in_schema=False)
Code = Annotated[str, PathParameter(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
SAID = frozenset({"held", "held-accepted", "held-discarded", "corrections-taken"})


@router.get("")
async def overview(request: Request, session: Transaction, present: QualityPresent) -> Response:
    """Rank the agencies; a clerk sees their own at once."""
    if present.agency:
        return RedirectResponse(f"/console/quality/{present.agency}", 303)
    scores = ranked(await load_scores(session, datetime.now(UTC)))
    alerts = await list_alerts(session)
    return page(request, "quality", present, scores=scores, alerts=alerts)


@router.get("/{agency}")
async def show(
    request: Request, agency: Code, session: Transaction, present: QualityPresent, said: str = ""
) -> Response:
    """Show one agency."""
    return await agency_page(request, session, present, agency, note=said if said in SAID else "")


@router.get("/{agency}/rejected/{batch_id}.{form}")
async def rejected(
    agency: Code, batch_id: UUID, form: Literal["xlsx", "csv"], gateway: Gw, present: QualityPresent
) -> Response:
    """Give a batch's refused rows, to be corrected."""
    _check(present, agency)
    async with gateway.database.begin("batch.find") as session:
        batch = await session.get(Batch, batch_id)
        if batch is None or batch.agency != agency:
            raise PageError("not-found", 404)
    return await download(gateway, batch_id, form)


@router.post("/{agency}/held/{held_id}/{decision}")
async def decide(
    request: Request,
    agency: Code,
    held_id: UUID,
    decision: Literal["accept", "discard"],
    gateway: Gw,
    present: QualityPresent,
    _form: SignedForm,
) -> Response:
    """Accept or discard a held delivery."""
    _check_decides(present, agency)
    try:
        if decision == "accept":
            await accept_held(gateway, held_id, present.actor, agency)
        else:
            await discard_held(gateway, held_id, present.actor, agency)
    except (GatewayError, ConnectorError) as fault:
        return await _failed(request, gateway, present, agency, fault)
    return RedirectResponse(f"/console/quality/{quote(agency)}?said=held-{decision}ed", 303)


async def agency_page(
    request: Request, session: AsyncSession, present: Present, agency: str, *, note: str = "", fault: str = ""
) -> Response:
    """Show one agency; `fault` says why something was not done."""
    _check(present, agency)
    now = datetime.now(UTC)
    shown: dict[str, Any] = {
        "agency": agencies()[agency],
        "scores": await load_scores(session, now, agency),
        "weeks": await load_weeks(session, agency, now),
        "reasons": await load_reasons(session, agency, now),
        "open_batches": await load_open(session, agency, now),
        "held": await list_held(session, agency, "waiting"),
        "alerts": await list_alerts(session, agency),
    }
    decides = _decides(present, agency)
    return page(
        request, "quality_agency", present, status=409 if fault else 200, bars=bars, width=WIDTH,
        height=HEIGHT, decides=decides, note=note, fault=fault, **shown,
    )  # fmt: skip


async def _failed(request: Request, gateway: Gateway, present: Present, agency: str, fault: Exception) -> Response:
    async with gateway.database.begin("quality.show") as session:
        return await agency_page(request, session, present, agency, note="not-done", fault=str(fault))


def _check(present: Present, agency: str) -> None:
    """Raise PageError for an agency that does not exist or is not theirs to see."""
    if present.agency not in {None, agency} or agency not in agencies():
        raise PageError("not-found", 404)


def _decides(present: Present, agency: str) -> bool:
    return present.role == "operator" or present.agency == agency


def _check_decides(present: Present, agency: str) -> None:
    _check(present, agency)
    if not _decides(present, agency):
        raise PageError("forbidden", 403)
