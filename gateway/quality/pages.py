"""Data quality: all agencies ranked, one agency's feeds week by week, and what it can do about them."""

from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import Path as PathParameter
from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from connectors.catalogue.load import agencies
from connectors.store.tables import Batch
from gateway.console.forms import is_sure
from gateway.console.render import PageError, page
from gateway.intake.accepting import accept_held
from gateway.intake.admission import sees
from gateway.intake.batches import get_batch, read_open_rows
from gateway.intake.held import discard_held
from gateway.intake.rejected_rows_routes import download
from gateway.intake.routes import TheIntake
from gateway.people.acting import acting
from gateway.people.guard import QualityPresent, SignedForm
from gateway.people.sessions import Present
from gateway.quality.alerts import list_alerts
from gateway.quality.charts import HEIGHT, WIDTH, bars
from gateway.quality.reading import read_agency, read_scores
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/quality", include_in_schema=False)
Code = Annotated[str, PathParameter(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
SAID = frozenset({"held", "held-accepted", "held-discarded", "corrections-taken"})


@router.get("")
async def overview(request: Request, units: Units, present: QualityPresent) -> Response:
    """Rank the agencies; a clerk sees their own at once."""
    if present.agency:
        return RedirectResponse(f"/console/quality/{present.agency}", 303)
    async with units.begin("quality.rank", acting(present)) as work:
        scores, alerts = await read_scores(work), await list_alerts(work.session)
    return page(request, "quality", present, scores=scores, alerts=alerts)


@router.get("/{agency}")
async def show(
    request: Request, agency: Code, units: Units, present: QualityPresent, said: str = "", corrected: UUID | None = None
) -> Response:
    """Show one agency; of a batch whose rows were just corrected, those that are still wrong."""
    note = said if said in SAID else ""
    if corrected is None:
        return await agency_page(request, units, present, agency, note=note)
    await get_batch_here(units, present, agency, corrected)
    async with units.begin("corrections.open", acting(present)) as work:
        wrong = await read_open_rows(work, corrected)
    return await agency_page(request, units, present, agency, note=note, wrong=wrong)


@router.get("/{agency}/rejected/{batch_id}.{form}")
async def rejected(
    agency: Code, batch_id: UUID, form: Literal["xlsx", "csv"], units: Units, intake: TheIntake, present: QualityPresent
) -> Response:
    """Give a batch's refused rows, to be corrected."""
    await get_batch_here(units, present, agency, batch_id)
    return await download(units, acting(present), intake, batch_id, form)


@router.post("/{agency}/held/{held_id}/{decision}")
async def decide(
    request: Request,
    agency: Code,
    held_id: UUID,
    decision: Literal["accept", "discard"],
    units: Units,
    intake: TheIntake,
    present: QualityPresent,
    form: SignedForm,
) -> Response:
    """Accept or discard a held submission; what is discarded is gone, and whoever does so says that they know it."""
    _check_agency(present, agency)
    if decision == "discard" and not is_sure(form):
        return await agency_page(request, units, present, agency, note="sure-needed", status=400)
    try:
        if decision == "accept":
            await accept_held(units, acting(present), intake, held_id)
        else:
            await discard_held(units, acting(present), intake.spool, held_id)
    except DeniedError as fault:
        if fault.denial.reason == "clerk-needed":
            raise PageError("forbidden", 403) from fault
        return await agency_page(request, units, present, agency, note="not-done", fault=str(fault))
    return RedirectResponse(f"/console/quality/{quote(agency)}?said=held-{decision}ed", 303)


async def agency_page(
    request: Request,
    units: UnitsOfWork,
    present: Present,
    agency: str,
    *,
    note: str = "",
    fault: str = "",
    status: int = 200,
    wrong: Sequence[int] = (),
) -> Response:
    """Show one agency; `fault` says why something was not done, `wrong` which rows are still to be corrected.

    Raises PageError where it is not theirs to see.
    """
    try:
        async with units.begin("quality.show", acting(present)) as work:
            found = await read_agency(work, agency)
    except DeniedError as denied:
        raise PageError("not-found", 404) from denied
    return page(
        request, "quality_agency", present, status=409 if fault else status, bars=bars, width=WIDTH, height=HEIGHT,
        decides=present.role == "system" or present.agency == agency, note=note, fault=fault, wrong=wrong,
        agency=agencies()[agency], **vars(found),
    )  # fmt: skip


async def get_batch_here(units: UnitsOfWork, present: Present, agency: str, batch_id: UUID) -> Batch:
    """Return a batch of the agency whose page this is. Raises PageError for any other."""
    try:
        async with units.begin("batch.find", acting(present)) as work:
            batch = await get_batch(work, batch_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    if batch.agency != agency:
        raise PageError("not-found", 404)
    return batch


def _check_agency(present: Present, agency: str) -> None:
    """Raise PageError for an agency that does not exist, or is not theirs to see."""
    if agency not in agencies() or not sees(acting(present), agency):
        raise PageError("not-found", 404)
