"""Handing files in on the console: choose a dataset and a file, see what came of each row, look at earlier batches."""

import hashlib
import secrets
import tempfile
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from connectors.catalogue.load import agencies, datasets
from connectors.model.calendar import day_of
from connectors.model.datasets import Dataset
from connectors.store.refused import load_refusals
from connectors.store.tables import Batch
from gateway.console.forms import check_origin
from gateway.console.multipart import read_multipart
from gateway.console.render import PageError, page
from gateway.intake.batches import read_batches, read_rejected
from gateway.intake.documents import refusals_of, unread_of
from gateway.intake.rejected_rows_routes import download
from gateway.intake.routes import TheIntake
from gateway.intake.submission import Intake, from_file
from gateway.intake.take_in import take_in
from gateway.people.acting import acting
from gateway.people.guard import check_token, signed_in
from gateway.people.sessions import Present
from gateway.runtime.clock import now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import TheSettings, Units
from gateway.web.error_table import ERRORS
from gateway.web.router import OWN_LIMIT, Router

router = Router(prefix="/console/uploads", include_in_schema=False)
ON_A_PAGE = 50
FIRST_REJECTED = 5
OUTCOMES = ("accepted", "unresolved", "corrections", "duplicates", "natural_persons", "rejected")
BAR_UNITS = 1000
COUNTED = ("titles", "header", "repeated_headers", "blank", "footers", "natural_persons")
TOLD = ("unread_sheets", "hidden_sheets", "repeated_columns")
WAYS = ("console", "file", "push", "upload")  # what was fetched names its source
_PIECE = 1024 * 1024
Sender = Annotated[Present, Depends(signed_in("clerk", "system"), scope="function")]


@router.get("")
async def show(request: Request, units: Units, present: Sender, before: UUID | None = None) -> Response:
    """Show the form and the batches of the person's agency, of all agencies to system administrators, newest first."""
    return await _form(request, units, present, before=before)


@router.post("", max_body_size=OWN_LIMIT)
async def hand_in(
    request: Request, units: Units, intake: TheIntake, settings: TheSettings, present: Sender
) -> Response:
    """Take a file in and lead to what came of it, or to where it is held; what is wrong is said beside the form."""
    check_origin(request)
    try:
        form = await read_multipart(request, settings.max_upload_bytes)
        try:
            check_token(present, str(form.get("csrf", "")))
            batch = await _take_in(units, intake, present, form)
        finally:
            await form.close()
        return RedirectResponse(f"/console/uploads/{batch.batch_id}", 303)
    except DeniedError as fault:
        if fault.denial.reason == "delivery-held":
            return RedirectResponse(f"/console/quality/{fault.denial.members['agency']}?said=held", 303)
        return await _form(request, units, present, fault=fault)
    except PageError as fault:
        if fault.key != "upload-incomplete":
            raise
        return await _form(request, units, present, fault=fault)


@router.get("/{batch_id}")
async def show_batch(request: Request, units: Units, intake: TheIntake, present: Sender, batch_id: UUID) -> Response:
    """Show what came of a batch's rows."""
    try:
        async with units.begin("uploads.batch", acting(present)) as work:
            batch, rejected = await read_rejected(work, intake.protector, batch_id, FIRST_REJECTED)
            refusals = refusals_of(batch.reasons, await load_refusals(work.session, batch_id))
    except DeniedError as fault:
        raise PageError("batch-not-found", 404) from fault
    title = datasets()[batch.dataset].title if batch.dataset in datasets() else None
    return page(
        request, "upload", present, batch=batch, bars=bars_of(batch), units=BAR_UNITS, refusals=refusals,
        rejected=rejected, title=title, unread=unread_of(batch), counted=COUNTED, told=TOLD, ways=WAYS,
    )  # fmt: skip


@router.get("/{batch_id}/rejected-rows")
async def rejected_rows(units: Units, intake: TheIntake, present: Sender, batch_id: UUID) -> Response:
    """Return the refused rows as a workbook, to be corrected and handed in again."""
    try:
        return await download(units, acting(present), intake, batch_id, "xlsx")
    except DeniedError as fault:
        raise PageError("batch-not-found", 404) from fault


def bars_of(batch: Batch) -> list[dict[str, Any]]:
    """Return the outcomes as stretches of one bar of BAR_UNITS, left to right; what is there at all is seen."""
    counts = [(name, int(getattr(batch, name))) for name in OUTCOMES]
    least = 4
    scale = (BAR_UNITS - least * sum(count > 0 for _, count in counts)) / max(1, batch.row_count)
    bars, at = [], 0.0
    for name, count in counts:
        width = count * scale + least if count else 0.0
        bars.append({"name": name, "count": count, "x": round(at, 2), "width": round(width, 2)})
        at += width
    return bars


async def _take_in(units: UnitsOfWork, intake: Intake, present: Present, form: FormData) -> Batch:
    """Take the form's file in. Raises PageError or DeniedError."""
    dataset, file = datasets().get(str(form.get("dataset", ""))), form.get("file")
    sender_batch = str(form.get("batch", "")).strip()
    if dataset is None or not isinstance(file, UploadFile) or not file.filename:
        raise PageError("upload-incomplete", 400)
    with tempfile.NamedTemporaryFile(dir=intake.spool) as target:
        digest = hashlib.sha256()
        while piece := await file.read(_PIECE):
            digest.update(piece)
            target.write(piece)
        target.flush()
        submission = from_file(Path(target.name), dataset, sender_batch, digest.digest(), "console")
        batch, _ = await take_in(units, acting(present), intake, submission)
    return batch


async def _form(
    request: Request,
    units: UnitsOfWork,
    present: Present,
    *,
    before: UUID | None = None,
    fault: DeniedError | PageError | None = None,
) -> Response:
    async with units.begin("uploads.list", acting(present)) as work:
        rows = await read_batches(work, before, ON_A_PAGE)
    return page(
        request, "uploads", present, status=_status(fault) if fault else 200, scripts=("uploads",),
        groups=_choices(present),
        batch_id=f"{day_of(now()):%Y%m%d}-{secrets.token_hex(4)}", rows=rows, before=before,
        following=rows[-1].batch_id if len(rows) == ON_A_PAGE else None,
        fault=str(fault) if isinstance(fault, DeniedError) else "",
        key=fault.key if isinstance(fault, PageError) else "",
    )  # fmt: skip


def _status(fault: DeniedError | PageError) -> int:
    return fault.status if isinstance(fault, PageError) else ERRORS[fault.denial.reason].status


def _choices(present: Present) -> list[tuple[Any, list[Dataset]]]:
    """Return agencies with their datasets: the person's own, or all for operators."""
    own = [code for code in agencies() if present.agency in {None, code}]
    groups = [
        (agencies()[code], [dataset for dataset in datasets().values() if dataset.agency == code]) for code in own
    ]
    return [group for group in groups if group[1]]
