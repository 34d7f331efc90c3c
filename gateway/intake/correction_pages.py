"""The corrected file of refused rows, sent back from the agency's page."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import IO
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from connectors.catalogue.load import get_dataset
from connectors.store.tables import Batch
from gateway.console.guard import ClerkApart, check_token, check_upload
from gateway.console.render import PageError
from gateway.gateway import Gateway
from gateway.intake.arrival import take_file
from gateway.intake.take_in import Sender, digest_of
from gateway.people.sessions import Present
from gateway.quality.pages import Code, agency_page
from gateway.runtime.denial import DeniedError
from gateway.runtime.spool import spool_of
from gateway.web.dependencies import Gw

router = APIRouter(prefix="/console/quality", include_in_schema=False)


@router.post("/{agency}/corrections")
async def correct(request: Request, agency: Code, gateway: Gw, present: ClerkApart) -> Response:
    """Take in the corrected rows of the batch that the form's field `corrects` names."""
    if present.agency not in {None, agency}:
        raise PageError("forbidden", 403)
    check_upload(request, gateway.settings.max_upload_bytes)
    async with request.form(max_files=1, max_fields=3) as form:
        check_token(present, str(form.get("csrf", "")))
        sent = form.get("file")
        if not isinstance(sent, UploadFile):
            raise PageError("form-stale", 400)
        try:
            await _take_in(gateway, present, agency, str(form.get("corrects", "")), sent.file)
        except DeniedError as fault:
            if fault.denial.reason == "delivery-held":
                return RedirectResponse(f"/console/quality/{quote(agency)}?said=held", 303)
            async with gateway.database.begin("quality.show") as session:
                return await agency_page(request, session, present, agency, note="not-done", fault=str(fault))
    return RedirectResponse(f"/console/quality/{quote(agency)}?said=corrections-taken", 303)


async def _take_in(gateway: Gateway, present: Present, agency: str, corrects: str, sent: IO[bytes]) -> None:
    try:
        batch_id = UUID(corrects)
    except ValueError as fault:
        raise PageError("form-stale", 400) from fault
    async with gateway.database.begin("batch.find") as session:
        batch = await session.get(Batch, batch_id)
    if batch is None or batch.agency != agency:
        raise PageError("not-found", 404)
    with tempfile.NamedTemporaryFile(dir=spool_of(gateway)) as file:
        await asyncio.to_thread(shutil.copyfileobj, sent, file)
        file.flush()
        path = Path(file.name)
        digest = await asyncio.to_thread(digest_of, path)
        sender = Sender(present.actor, f"corrects:{digest.hex()[:32]}", "console", corrects=batch_id)
        await take_file(gateway, sender, get_dataset(batch.dataset), path, digest)
