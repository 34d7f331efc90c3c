"""Joint scans at the console: from a spreadsheet or of all that are subscribed to, progress, and what was found."""

import secrets
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Row

from connectors.errors import MalformedError
from gateway.console.export import TYPES
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.console.workbook import write_csv, write_workbook
from gateway.inquiries.batches.sheet import LARGEST_SHEET, read_sheet, refused_sheet
from gateway.inquiries.batches.tables import InquiryBatch
from gateway.inquiries.dependencies import TheProviders
from gateway.inquiries.shown import why
from gateway.inquiries.watched.words import TONES
from gateway.intake.forms import file_form
from gateway.intake.routes import TheIntake
from gateway.people.guard import SignedForm
from gateway.people.staff import Staff
from gateway.people.through import Through
from gateway.quota.dependencies import Costs
from gateway.quota.products import RISK_WATCH
from gateway.runtime.denial import Denial, DeniedError
from gateway.warnings.asking import PURPOSE
from gateway.warnings.scan_rows import scanned
from gateway.warnings.scan_words import laid_out, lines_of
from gateway.warnings.scanning import MOST_SCANNED, ScanRequest, get_scan, list_providers, list_scans, open_scan
from gateway.warnings.subscription_pages import Secrets
from gateway.web.dependencies import Units
from gateway.web.router import OWN_LIMIT, Router

router = Router(prefix="/console/joint-scans", include_in_schema=False)
TOKEN_BYTES = 18
LISTED = 20
PER_PAGE = 25


@router.get("")
async def show_list(request: Request, units: Units, staff: Staff, costs: Costs) -> Response:
    """Show the forms, and the institution's scans."""
    return await _list(request, units, staff, costs, Form())


@router.post("")
async def scan_subscribed(
    request: Request, units: Units, protector: Secrets, staff: Staff, costs: Costs, form: SignedForm
) -> Response:
    """Scan all that are subscribed to, once, however often the form is sent."""
    return await _open(request, units, protector, staff, costs, form, None)


@router.post("/list", max_body_size=OWN_LIMIT)
async def scan_sheet(
    request: Request, units: Units, protector: Secrets, staff: Staff, costs: Costs, intake: TheIntake
) -> Response:
    """Scan the enterprises of a spreadsheet; one with a row that is no code is not taken."""
    words, values = words_of(request), dict[str, str]()
    try:
        async with file_form(request, staff.present, intake.spool, LARGEST_SHEET) as sent:
            values = sent.fields
            rows = read_sheet(sent.path, product=RISK_WATCH, purpose=PURPOSE)
    except (MalformedError, DeniedError) as fault:
        told, status = refused_sheet(words, fault)
        return await _list(request, units, staff, costs, Form(values, {"file": told}), status)
    if wrong := next((row for row in rows if row.question is None), None):
        told = words("joint-scan-row", number=wrong.number, why=words(wrong.wrong))
        return await _list(request, units, staff, costs, Form(sent.fields, {"file": told}), 400)
    return await _open(request, units, protector, staff, costs, sent.fields, [row.subject for row in rows])


@router.get("/{scan_id}")
async def show(
    request: Request, units: Units, providers: TheProviders, protector: Secrets, staff: Staff, scan_id: UUID,
    number: Annotated[int, Query(alias="page", ge=1, le=MOST_SCANNED)] = 1,
) -> Response:  # fmt: skip
    """Show how far a scan is; once it is done, what was found of some of its enterprises."""
    found, batches = await _scan(units, staff, scan_id)
    rows = []
    if found.done == found.questions:
        actor = staff.acting("inquiries", found.account)
        first = (number - 1) * PER_PAGE + 1
        rows = await scanned(units, providers, protector, actor, batches, first, first + PER_PAGE - 1)
    return page(
        request, "joint_scan", staff.present, scan=found, sheet=laid_out(words_of(request), rows), tones=TONES,
        path_here=f"/console/joint-scans/{scan_id}", page_at=number, pages=-(-found.total // PER_PAGE),
        crumbs=[(words_of(request).moment(found.created_at), "")],
    )  # fmt: skip


@router.get("/{scan_id}/found.{form}")
async def download(
    request: Request, units: Units, providers: TheProviders, protector: Secrets, staff: Staff, scan_id: UUID,
    form: Literal["csv", "xlsx"],
) -> Response:  # fmt: skip
    """Return what was found as a file: a row for each enterprise, columns for each part."""
    found, batches = await _scan(units, staff, scan_id)
    actor = staff.acting("inquiries", found.account)
    rows = await scanned(units, providers, protector, actor, batches, 1, found.total)
    lines = lines_of(laid_out(words_of(request), rows), words_of(request))
    content = write_csv(lines) if form == "csv" else write_workbook("联合扫描", lines)
    headers = {"Content-Disposition": f'attachment; filename="scan-{scan_id}.{form}"', "Cache-Control": "no-store"}
    return Response(content, media_type=TYPES[form], headers=headers)


async def _scan(units: Units, staff: Through, scan_id: UUID) -> tuple[Row[Any], list[InquiryBatch]]:
    """Return a scan of one's institution, with its batches. Raises PageError where there is none."""
    try:
        async with units.begin("joint-scan.show", staff.reader) as work:
            return await get_scan(work, scan_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault


async def _open(
    request: Request, units: Units, protector: Secrets, staff: Through, costs: Costs, values: dict[str, str],
    subjects: Sequence[str] | None,
) -> Response:  # fmt: skip
    token, words = values.get("token", ""), words_of(request)
    if not token.isascii() or not 1 <= len(token) <= 2 * TOKEN_BYTES:
        raise PageError("form-stale", 400)
    actor = staff.acting("inquiries", values.get("account", ""))
    # A blank stands in no key of a program: a form's is never one of theirs.
    wanted = ScanRequest(f"form {staff.present.person_id} {token}", subjects, values.get("provider", ""))
    try:
        async with units.begin("joint-scan.open", actor) as work:
            opened = await open_scan(work, protector, wanted)
    except DeniedError as fault:
        opened = fault.denial
    if isinstance(opened, Denial):
        return await _list(request, units, staff, costs, Form(values, {"file": why(words, opened.reason)}), 409)
    return RedirectResponse(f"/console/joint-scans/{opened.scan_id}", 303)


async def _list(
    request: Request, units: Units, staff: Through, costs: Costs, form: Form, status: int = 200
) -> Response:
    async with units.begin("joint-scans.list", staff.reader) as work:
        scans, providers = await list_scans(work, LISTED), await list_providers(work)
    return page(
        request, "joint_scans", staff.present, status=status, form=form, staff=staff, scans=scans,
        providers=providers, units=costs[RISK_WATCH] + costs["score"], token=secrets.token_urlsafe(TOKEN_BYTES),
    )  # fmt: skip
