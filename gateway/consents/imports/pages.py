"""Handing in many consents on a page: the form, what became of earlier files, one with its rows and response file."""

import asyncio
from typing import Literal
from uuid import UUID

import structlog
from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.background import BackgroundTask

from gateway.consents.imports.archive import MOST_ROWS
from gateway.consents.imports.results import TAKEN, file_rows, template
from gateway.consents.imports.routes import response_file
from gateway.consents.imports.rows import ConsentFileRead
from gateway.consents.imports.taking import (
    ARCHIVE,
    LARGEST_IMPORT,
    SIGNED,
    get_import,
    list_imports,
    open_import,
    read_file,
    take_rows,
)
from gateway.console.export import TYPES
from gateway.console.form import Form
from gateway.console.reasons import title_and_remedy
from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.intake.forms import file_form
from gateway.intake.routes import TheIntake
from gateway.people.staff import Staff
from gateway.people.through import Through
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.error_table import ERRORS
from gateway.web.router import OWN_LIMIT, Router

PLACE = "/console/consents/-/imports"
router = Router(prefix=PLACE, include_in_schema=False)
LISTED = 20
_LOG = structlog.get_logger("gateway.consents.imports")
TONES = {"active": "ok", "requested": "info"}


@router.get("")
async def show(request: Request, units: Units, staff: Staff) -> Response:
    """Show the form, and the institution's imports."""
    return await _form(request, units, staff, Form())


@router.get("/template.xlsx")
async def empty(_staff: Staff) -> Response:
    """Return the empty form of the sheet."""
    headers = {"Content-Disposition": 'attachment; filename="consents.xlsx"', "Cache-Control": "no-store"}
    return Response(template(), media_type=TYPES["xlsx"], headers=headers)


@router.post("", max_body_size=OWN_LIMIT)
async def take(request: Request, units: Units, staff: Staff, intake: TheIntake) -> Response:
    """Take up a file, whose name says what it is, and lead to how far it is: its rows are taken in meanwhile."""
    words = words_of(request)
    try:
        async with file_form(request, staff.present, intake.spool, LARGEST_IMPORT) as sent:
            media_type = SIGNED if sent.name.lower().endswith((".ndjson", ".jsonl")) else ARCHIVE
            actor = staff.acting("consents", sent.fields.get("account", ""))
            file = await asyncio.to_thread(read_file, media_type, sent.path.read_bytes())
        import_id = await open_import(units, actor, file)
    except PageError as fault:
        if fault.key != "upload-incomplete":
            raise
        return await _form(request, units, staff, Form({}, {"file": words(fault.key)}), 400)
    except DeniedError as fault:
        denial = fault.denial
        said = words.half(fault) if denial.detail else title_and_remedy(words, denial.reason)
        return await _form(request, units, staff, Form({}, {"file": said}), ERRORS[denial.reason].status)
    rest = BackgroundTask(_go_on, units, actor, import_id, file)  # after the answer was sent
    return RedirectResponse(f"{PLACE}/{import_id}", 303, background=rest)


@router.get("/{import_id}")
async def progress(request: Request, units: Units, staff: Staff, import_id: UUID) -> Response:
    """Show how far an import is, and what became of each row."""
    words = words_of(request)
    try:
        async with units.begin("consent-import.show", staff.reader) as work:
            found, rows = await get_import(work, import_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    told = [
        (row, TONES.get(row.outcome, "bad"),
         "" if row.outcome in TAKEN else words.half(row.detail) if row.detail else title_and_remedy(words, row.outcome))
        for row in rows
    ]  # fmt: skip
    return page(
        request, "consent_import", staff.present, found=found, rows=told, done=len(rows), place=f"{PLACE}/{import_id}",
        taken=sum(row.outcome in TAKEN for row in rows), known=TAKEN, crumbs=[(words("imports"), PLACE)],
    )  # fmt: skip


@router.get("/{import_id}/rows.{form}")
async def rows(units: Units, staff: Staff, import_id: UUID, form: Literal["csv", "xlsx"]) -> Response:
    """Return the response file."""
    try:
        async with units.begin("consent-import.show", staff.reader) as work:
            _, found = await get_import(work, import_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    return response_file(file_rows(found), import_id, form)


async def _go_on(units: UnitsOfWork, actor: Actor, import_id: UUID, file: ConsentFileRead) -> None:
    """Take in the rows; where the service cannot, the page says that the file is to be sent again."""
    try:
        await take_rows(units, actor, import_id, file)
    except DeniedError as fault:
        _LOG.warning("consent import broken off", consent_import=str(import_id), reason=fault.denial.reason)


async def _form(request: Request, units: Units, staff: Through, form: Form, status: int = 200) -> Response:
    async with units.begin("consent-import.list", staff.reader) as work:
        imports = await list_imports(work, LISTED)
    return page(
        request, "consent_imports", staff.present, status=status, form=form, staff=staff, imports=imports, place=PLACE,
        most=MOST_ROWS, megabytes=LARGEST_IMPORT // 1024**2, crumbs=[(words_of(request)("imports"), "")],
    )  # fmt: skip
