"""Handing files in on the console: choose a dataset and a file, look at it first; and what came of earlier batches."""

import secrets
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from connectors.catalogue.load import agencies, datasets
from connectors.model.calendar import day_of
from connectors.model.two_languages import in_language
from connectors.store.batches import find_whole
from connectors.store.refused import load_refusals
from connectors.store.tables import Batch
from gateway.console.chart import Chart, Series
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Filter, Table, TableQuery, TableSpec, table_query
from gateway.console.words import Words, words_of
from gateway.intake.batches import read_batch_page, read_rejected, unpacked_of
from gateway.intake.documents import OUTCOMES, not_ended_of, refusals_of, unread_of
from gateway.intake.forms import file_form
from gateway.intake.preview_rows import PreviewRequest, list_previews
from gateway.intake.previews import preview
from gateway.intake.rejected_rows_routes import download
from gateway.intake.routes import TheIntake
from gateway.intake.submission import Intake
from gateway.people.acting import acting
from gateway.people.guard import signed_in
from gateway.people.listing import show_table
from gateway.people.sessions import Present
from gateway.runtime.clock import now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import TheSettings, Units
from gateway.web.error_table import ERRORS
from gateway.web.router import OWN_LIMIT, Router

router = Router(prefix="/console/uploads", include_in_schema=False)
FIRST_REJECTED = 5
COUNTED = ("titles", "header", "repeated_headers", "blank", "footers", "natural_persons")
TOLD = ("unread_sheets", "hidden_sheets", "repeated_columns")
WAYS = ("console", "file", "push", "upload")  # what was fetched names its source
Sender = Annotated[Present, Depends(signed_in("clerk", "system"), scope="function")]
BATCHES = TableSpec(
    "batches",
    (
        Column("dataset", "dataset"),
        Column("received", "received-at", "time"),
        Column("way", "way", optional=True),
        Column("rows", "rows", "number"),
        Column("accepted", "accepted", "number"),
        Column("rejected", "rejected", "number"),
    ),
    (Filter("name", "named", "text"),),
)


@router.get("")
async def show(
    request: Request, units: Units, present: Sender, asked: Annotated[TableQuery, Depends(table_query(BATCHES))],
    dataset: Annotated[str, Query(max_length=63)] = "",
) -> Response:  # fmt: skip
    """Show the form, what waits to be confirmed, and earlier batches: the agency's own, or all to administrators."""
    return await _uploads(request, units, present, asked, Form({"dataset": dataset}, {}))


@router.post("", max_body_size=OWN_LIMIT)
async def look(request: Request, units: Units, intake: TheIntake, settings: TheSettings, present: Sender) -> Response:
    """Keep a file aside and lead to its preview; what is wrong is said beside the form."""
    asked = table_query(BATCHES)(request)
    values: dict[str, str] = {}
    try:
        async with file_form(request, present, intake.spool, settings.max_upload_bytes) as form:
            values = form.fields
            wanted = _requested(form.fields, form.name)
            row = await preview(
                units, acting(present), intake, wanted, form.path, form.digest, settings.max_upload_bytes
            )
    except DeniedError as fault:
        return await _refused(request, units, present, asked, values, fault)
    except PageError as fault:
        if fault.key != "upload-incomplete":
            raise
        errors = {"file": words_of(request)(fault.key)}
        return await _uploads(request, units, present, asked, Form(values, errors), status=400)
    return RedirectResponse(f"/console/uploads/previews/{row.preview_id}", 303)


@router.get("/{batch_id}")
async def show_batch(
    request: Request, units: Units, intake: TheIntake, present: Sender, batch_id: UUID,
    said: Annotated[str, Query(pattern="^(|returned)$")] = "",
) -> Response:  # fmt: skip
    """Show what came of a batch's rows; `said`: what was just done with what it ended."""
    return await batch_page(request, units, intake, present, batch_id, done=said)


async def batch_page(
    request: Request, units: UnitsOfWork, intake: Intake, present: Present, batch_id: UUID, *, done: str = "",
    wrong: str = "", status: int = 200,
) -> Response:  # fmt: skip
    """Show a batch; `done` is what was just done, `wrong` why something was not. Raises PageError."""
    try:
        async with units.begin("uploads.batch", acting(present)) as work:
            batch, rejected = await read_rejected(work, intake.protector, batch_id, FIRST_REJECTED)
            refusals = refusals_of(batch.reasons, await load_refusals(work.session, batch_id))
            unpacked, whole = await unpacked_of(work.session, batch), await find_whole(work.session, batch)
    except DeniedError as fault:
        raise PageError("batch-not-found", 404) from fault
    words = words_of(request)
    return page(
        request, "upload", present, status=status, done=done, wrong=wrong, form=Form(), batch=batch,
        outcomes=_chart(words, batch), refusals=refusals, rejected=rejected, unread=unread_of(batch),
        not_ended=not_ended_of(batch), unpacked=unpacked, unpacking=datasets()[batch.dataset].unpack is not None,
        whole=whole, columns=OUTCOMES, counted=COUNTED, told=TOLD, ways=WAYS, said=in_language, scripts=("charts",),
    )  # fmt: skip


@router.get("/{batch_id}/rejected-rows")
async def rejected_rows(request: Request, units: Units, intake: TheIntake, present: Sender, batch_id: UUID) -> Response:
    """Return the refused rows as a workbook in the reader's language, to be corrected and handed in again."""
    try:
        return await download(units, acting(present), intake, batch_id, "xlsx", words_of(request).language)
    except DeniedError as fault:
        raise PageError("batch-not-found", 404) from fault


def _chart(words: Words, batch: Batch) -> Chart:
    counts = [int(getattr(batch, name)) for name in OUTCOMES]
    finding = words("batch-outcome", rows=words.number(batch.row_count), rejected=words.number(batch.rejected))
    return Chart(
        "outcome", "across", finding, [words(name) for name in OUTCOMES], [Series(words("rows"), counts, "1")],
        unit=words("unit-rows"),
    )  # fmt: skip


def _requested(fields: Mapping[str, str], name: str) -> PreviewRequest:
    """Return what a form asks for. Raises PageError."""
    if fields.get("dataset", "") not in datasets():
        raise PageError("upload-incomplete", 400)
    try:
        preview_id = UUID(fields.get("preview", ""))
    except ValueError as fault:
        raise PageError("form-stale", 400) from fault
    return PreviewRequest(preview_id, fields["dataset"], fields.get("batch", "").strip(), name)


async def _refused(
    request: Request, units: UnitsOfWork, present: Present, asked: TableQuery, values: Mapping[str, str],
    fault: DeniedError,
) -> Response:  # fmt: skip
    words = words_of(request)
    field = "batch" if fault.denial.reason == "invalid-request" else "file"
    form = Form(values, {field: words.half(fault)})
    return await _uploads(request, units, present, asked, form, status=ERRORS[fault.denial.reason].status)


async def _uploads(
    request: Request, units: UnitsOfWork, present: Present, asked: TableQuery, form: Form, *, status: int = 200
) -> Response:
    words = words_of(request)
    names = _names(asked.filters["name"])
    async with units.begin("uploads.list", acting(present)) as work:
        previews = await list_previews(work)
        rows, total = await read_batch_page(work, names, asked.offset, asked.limit)
    values = {"batch": f"{day_of(now()):%Y%m%d}-{secrets.token_hex(4)}", "preview": str(uuid4()), **form.values}
    return await show_table(
        request, units, present, "uploads", Table(BATCHES, asked, [_cells(words, row) for row in rows], total=total),
        status=status, form=Form(values, form.errors), choices=_choices(words, present), previews=previews,
    )  # fmt: skip


def _cells(words: Words, batch: Batch) -> list[Cell | str | int | None]:
    stored = batch.accepted + batch.unresolved + batch.corrections
    return [
        Cell(words.titles.dataset(batch.dataset), f"/console/uploads/{batch.batch_id}", sub=batch.sender_batch),
        words.moment(batch.received_at),
        words(f"way-{batch.way}") if batch.way in WAYS else batch.way,
        batch.row_count,
        stored,
        Cell(words.number(batch.rejected), tone="warn") if batch.rejected else 0,
    ]


def _names(wanted: str) -> list[str] | None:
    """Return the datasets that a word means, by their titles or codes; None for every one."""
    word = wanted.strip().lower()
    if not word:
        return None
    return [
        name for name, of in datasets().items() if word in name or word in of.title.zh or word in of.title.en.lower()
    ]


def _choices(words: Words, present: Present) -> list[tuple[str, str]]:
    """Return the datasets that a person may hand in, with what they are called: those of one agency, or all."""
    own = [code for code in agencies() if present.agency in {None, code}]
    return [
        (
            name,
            words.titles.dataset(name)
            if present.agency
            else f"{words.titles.agency(code)} · {words.titles.dataset(name)}",
        )
        for code in own
        for name, of in datasets().items()
        if of.agency == code
    ]
