"""Refused rows on the console: what is still to be corrected, why, the workbook to take home and the one sent back."""

from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.form import Form
from gateway.console.render import PageError
from gateway.console.table import Cell, Column, Filter, Table, TableQuery, TableSpec, Tone, table_query
from gateway.console.words import Words, words_of
from gateway.intake.corrections import (
    ROW_STATES,
    STATES,
    RefusedBatch,
    RefusedRow,
    read_refused_batches,
    read_refused_rows,
    take_corrections,
)
from gateway.intake.forms import file_form
from gateway.intake.rejected_rows_routes import download
from gateway.intake.routes import TheIntake
from gateway.people.acting import acting
from gateway.people.guard import signed_in
from gateway.people.listing import show_table
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import TheSettings, Units
from gateway.web.error_table import ERRORS
from gateway.web.router import OWN_LIMIT, Router

router = Router(prefix="/console/corrections", include_in_schema=False)
TONES: Mapping[str, Tone] = {"open": "warn", "again": "bad", "mended": "ok"}
BATCHES = TableSpec(
    "corrections",
    (
        Column("dataset", "dataset"),
        Column("agency", "agency", optional=True),
        Column("received", "received-at", "time"),
        Column("rejected", "rejected", "number"),
        Column("mended", "refused-mended", "number"),
        Column("open", "open-rows", "number"),
    ),
    (Filter("state", "how-it-stands", "choice", STATES, prefix="refused-"),),
)
ROWS = TableSpec(
    "refused-rows",
    (
        Column("row", "row"),
        Column("cells", "column"),
        Column("value", "value"),
        Column("reason", "reason"),
        Column("state", "how-it-stands"),
    ),
    (Filter("state", "how-it-stands", "choice", ROW_STATES, prefix="refused-"),),
)
Sender = Annotated[Present, Depends(signed_in("clerk", "system"), scope="function")]
Asked = Annotated[TableQuery, Depends(table_query(ROWS))]


@router.get("")
async def show_all(
    request: Request, units: Units, present: Sender, asked: Annotated[TableQuery, Depends(table_query(BATCHES))]
) -> Response:
    """List the batches that had rows refused: the agency's own, or all to administrators."""
    words = words_of(request)
    async with units.begin("corrections.list", acting(present)) as work:
        _, waiting = await read_refused_batches(work, "", "open", 0, 1)
        rows, total = await read_refused_batches(work, "", asked.filters.get("state", ""), asked.offset, asked.limit)
    table = Table(BATCHES, asked, [_batch_cells(words, row) for row in rows], total=total)
    return await show_table(request, units, present, "corrections", table, waiting=waiting)


@router.get("/{batch_id}")
async def show(
    request: Request, batch_id: UUID, units: Units, intake: TheIntake, present: Sender, asked: Asked,
    done: UUID | None = None,
) -> Response:  # fmt: skip
    """Show what became of each refused row of a batch; `done` names the corrected rows that were just taken in."""
    return await _shown(request, units, intake, present, batch_id, asked, done=done)


@router.get("/{batch_id}/rejected-rows")
async def rejected_rows(
    request: Request, batch_id: UUID, units: Units, intake: TheIntake, present: Sender,
    form: Literal["xlsx", "csv"] = "xlsx",
) -> Response:  # fmt: skip
    """Return the refused rows as a workbook, or as CSV, in the reader's language."""
    try:
        return await download(units, acting(present), intake, batch_id, form, words_of(request).language)
    except DeniedError as fault:
        raise PageError("batch-not-found", 404) from fault


@router.post("/{batch_id}", max_body_size=OWN_LIMIT)
async def correct(
    request: Request, batch_id: UUID, units: Units, intake: TheIntake, settings: TheSettings, present: Sender
) -> Response:
    """Take the corrected rows in, and show what is mended and what is refused once more."""
    asked, words = table_query(ROWS)(request), words_of(request)
    try:
        async with file_form(request, present, intake.spool, settings.max_upload_bytes) as form:
            taken = await take_corrections(units, acting(present), intake, batch_id, form.path)
    except DeniedError as fault:
        if fault.denial.reason == "batch-not-found":
            raise PageError("batch-not-found", 404) from fault
        error = Form({}, {"file": words.half(fault)})
        status = ERRORS[fault.denial.reason].status
        return await _shown(request, units, intake, present, batch_id, asked, form=error, status=status)
    except PageError as fault:
        if fault.key != "upload-incomplete":
            raise
        error = Form({}, {"file": words(fault.key)})
        return await _shown(request, units, intake, present, batch_id, asked, form=error, status=400)
    return RedirectResponse(f"/console/corrections/{taken.corrects}?done={taken.batch_id}", 303)


async def _shown(
    request: Request, units: UnitsOfWork, intake: TheIntake, present: Present, batch_id: UUID, asked: TableQuery, *,
    done: UUID | None = None, form: Form | None = None, status: int = 200,
) -> Response:  # fmt: skip
    words, state = words_of(request), asked.filters.get("state", "")
    try:
        async with units.begin("corrections.show", acting(present)) as work:
            batch, rows, total, counts = await read_refused_rows(
                work, intake.protector, batch_id, state, asked.offset, asked.limit
            )
    except DeniedError as fault:
        raise PageError("batch-not-found", 404) from fault
    table = Table(ROWS, asked, [_row_cells(words, row) for row in rows], total=total)
    return await show_table(
        request, units, present, "correction", table, status=status, batch=batch, counts=counts, done=done,
        form=form or Form({}, {}),
    )  # fmt: skip


def _batch_cells(words: Words, row: RefusedBatch) -> list[Cell | str | int | None]:
    left = row.rejected - row.corrected
    return [
        Cell(words.titles.dataset(row.dataset), f"/console/corrections/{row.batch_id}", sub=row.sender_batch),
        words.titles.agency(row.agency),
        words.moment(row.received_at),
        row.rejected,
        row.corrected,
        Cell(words.number(left), tone="warn") if left else 0,
    ]


def _row_cells(words: Words, row: RefusedRow) -> list[Cell | str | int | None]:
    between = words.either("；", "; ")
    reasons = row.reasons
    return [
        words.number(row.number),
        between.join(reason["column"] or "—" for reason in reasons),
        between.join(reason["value"] or words("empty-cell") for reason in reasons),
        between.join(words.half(reason["text"]) for reason in reasons),
        Cell(
            words(f"refused-{row.state}"), tone=TONES[row.state],
            href=f"/console/uploads/{row.corrected_by}" if row.corrected_by else "",
        ),
    ]  # fmt: skip
