"""Consents that were collected elsewhere, handed in many at once over HTTP; and terms to be signed before that."""

import asyncio
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import Response

from gateway.consents.drafting import ConsentRequest
from gateway.consents.imports.results import file_rows, import_document
from gateway.consents.imports.taking import ARCHIVE, LARGEST_IMPORT, SIGNED, get_import, read_file, take_import
from gateway.consents.life import draft_request
from gateway.console.export import TYPES
from gateway.console.workbook import write_csv, write_workbook
from gateway.identity.caller import require, working
from gateway.runtime.actor import Actor
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/v1/consent-imports", tags=["授权 Consent"])
Bank = Annotated[Actor, Depends(require("consents"), scope="function")]
Party = Annotated[UnitOfWork, Depends(working("consents"), scope="function")]


@router.post("/drafts", summary="起草条款 Terms to be signed")
async def drafts(wanted: ConsentRequest, work: Party) -> dict[str, Any]:
    """Return the terms that a request would have, and store nothing: the signatories sign `terms_sha256`, and the terms
    are handed in with their approvals.
    """
    terms = await draft_request(work, wanted)
    return {
        "consent": str(terms.consent_id), "terms": terms.canonical().decode(), "terms_sha256": terms.digest(),
    }  # fmt: skip


@router.post(
    "",
    max_body_size=LARGEST_IMPORT,
    summary="批量导入授权 Hand in many consents",
    openapi_extra={"requestBody": {"required": True, "content": {ARCHIVE: {}, SIGNED: {}}}},
)
async def take(request: Request, units: Units, caller: Bank) -> dict[str, Any]:
    """Take in a ZIP of a sheet and scans, or NDJSON of terms with their approvals, each row on its own; return what
    became of every row. The same file again is the same import, and goes on where it was broken off.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    file = await asyncio.to_thread(read_file, media_type, await request.body())
    import_id = await take_import(units, caller, file)
    async with units.begin("consent-import.show", caller) as work:
        return import_document(*await get_import(work, import_id))


@router.get("/{import_id}", summary="导入的进度 How far an import is")
async def show(import_id: UUID, work: Party) -> dict[str, Any]:
    """Return what became of each row so far."""
    return import_document(*await get_import(work, import_id))


@router.get(
    "/{import_id}/rows.{form}",
    summary="导入的结果文件 What became of the rows, as a file",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}, TYPES["xlsx"]: {}}, "description": "The file."}},
)
async def rows(import_id: UUID, form: Literal["csv", "xlsx"], work: Party) -> Response:
    """Return a spreadsheet with a line for each row: what became of it, why, and what to do."""
    _, found = await get_import(work, import_id)
    return response_file(file_rows(found), import_id, form)


def response_file(lines: list[list[Any]], import_id: UUID, form: str) -> Response:
    """Return the response file of an import."""
    content = write_csv(lines) if form == "csv" else write_workbook("授权", lines)
    headers = {
        "Content-Disposition": f'attachment; filename="consents-{import_id}.{form}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=TYPES[form], headers=headers)
