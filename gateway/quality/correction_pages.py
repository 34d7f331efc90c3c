"""The corrected file of refused rows, sent back from the agency's page."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import IO
from urllib.parse import quote
from uuid import UUID

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from gateway.console.forms import check_upload
from gateway.console.multipart import read_multipart
from gateway.console.render import PageError
from gateway.intake.admission import known_dataset
from gateway.intake.routes import TheIntake
from gateway.intake.submission import Intake, digest_of, from_file
from gateway.intake.take_in import take_in
from gateway.people.acting import acting
from gateway.people.guard import ClerkApart, check_token
from gateway.people.sessions import Present
from gateway.quality.pages import Code, agency_page, get_batch_here
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import OWN_LIMIT, Router

router = Router(prefix="/console/quality", include_in_schema=False)


@router.post("/{agency}/corrections", max_body_size=OWN_LIMIT)
async def correct(
    request: Request, agency: Code, units: Units, intake: TheIntake, settings: TheSettings, present: ClerkApart
) -> Response:
    """Take in the corrected rows of the batch that the form's field `corrects` names."""
    check_upload(request, settings.max_upload_bytes)
    form = await read_multipart(request, settings.max_upload_bytes)
    try:
        check_token(present, str(form.get("csrf", "")))
        sent = form.get("file")
        if not isinstance(sent, UploadFile):
            raise PageError("form-stale", 400)
        corrected = await _take_in(units, intake, present, agency, str(form.get("corrects", "")), sent.file)
    except DeniedError as fault:
        if fault.denial.reason == "delivery-held":
            return RedirectResponse(f"/console/quality/{quote(agency)}?said=held", 303)
        return await agency_page(request, units, present, agency, note="not-done", fault=str(fault))
    finally:
        await form.close()
    return RedirectResponse(f"/console/quality/{quote(agency)}?said=corrections-taken&corrected={corrected}", 303)


async def _take_in(
    units: UnitsOfWork, intake: Intake, present: Present, agency: str, corrects: str, sent: IO[bytes]
) -> UUID:
    """Take the rows in and return the batch they correct. Raises PageError or DeniedError."""
    try:
        batch_id = UUID(corrects)
    except ValueError as fault:
        raise PageError("form-stale", 400) from fault
    batch = await get_batch_here(units, present, agency, batch_id)
    with tempfile.NamedTemporaryFile(dir=intake.spool) as file:
        await asyncio.to_thread(shutil.copyfileobj, sent, file)
        file.flush()
        path = Path(file.name)
        digest = await asyncio.to_thread(digest_of, path)
        submission = from_file(
            path, known_dataset(batch.dataset), f"corrects:{digest.hex()[:32]}", digest, "console", corrects=batch_id
        )
        await take_in(units, acting(present), intake, submission)
    return batch_id
