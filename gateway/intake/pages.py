"""Handing files in on the console: choose a dataset and a file, see what came of each row, look at earlier batches."""

import hashlib
import re
import secrets
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from starlette.datastructures import FormData, UploadFile

from connectors.catalogue.load import agencies, datasets
from connectors.model.datasets import Dataset
from connectors.personal.sealing import SubjectKeys
from connectors.store.refused import open_refused
from connectors.store.tables import Batch, RejectedRow
from gateway.console.guard import check_origin, check_token, signed_in
from gateway.console.multipart import read_multipart
from gateway.console.render import PageError, page
from gateway.gateway import Gateway
from gateway.intake.arrival import take_file
from gateway.intake.rejected_rows_routes import download
from gateway.intake.routes import SENDERS_ID
from gateway.intake.signatures import demand_no_signature
from gateway.intake.take_in import Sender
from gateway.people.sessions import Present
from gateway.runtime.database import raw
from gateway.runtime.denial import DeniedError
from gateway.runtime.spool import spool_of
from gateway.web.dependencies import Gw, Transaction
from gateway.web.error_table import ERRORS

router = APIRouter(prefix="/console/uploads", include_in_schema=False)
ON_A_PAGE = 50
FIRST_REJECTED = 5
# What each reason is in words, as the first rows that were refused for it say it.
_WORDS = text("""
    SELECT DISTINCT ON (r ->> 'code') r ->> 'code' AS code, r ->> 'text' AS words
    FROM (SELECT reasons, row_number FROM rejected_row WHERE batch_id = :batch ORDER BY row_number LIMIT 10000) first,
         jsonb_array_elements(reasons) r ORDER BY r ->> 'code', row_number
""")
OUTCOMES = ("accepted", "unresolved", "corrections", "duplicates", "natural_persons", "rejected")
BAR_UNITS = 1000
_PIECE = 1024 * 1024
Deliverer = Annotated[Present, Depends(signed_in("clerk", "operator"), scope="function")]


@router.get("")
async def show(request: Request, session: Transaction, present: Deliverer, before: UUID | None = None) -> Response:
    """Show the form and the batches of the person's agency, of all agencies to operators, newest first."""
    return await _form(request, session, present, before=before)


@router.post("")
async def hand_in(request: Request, gateway: Gw, present: Deliverer) -> Response:
    """Take a file in and lead to what came of it, or to where it is held; what is wrong is said beside the form."""
    check_origin(request)
    fault: DeniedError | PageError
    try:
        form = await read_multipart(request, gateway.settings.max_upload_bytes)
        try:
            check_token(present, str(form.get("csrf", "")))
            batch = await _take_in(gateway, present, form)
        finally:
            await form.close()
        return RedirectResponse(f"/console/uploads/{batch.batch_id}", 303)
    except (DeniedError, PageError) as refusal:
        if isinstance(refusal, PageError) and refusal.key != "upload-incomplete":
            raise
        if isinstance(refusal, DeniedError) and refusal.denial.reason == "delivery-held":
            return RedirectResponse(f"/console/quality/{refusal.denial.members['agency']}?said=held", 303)
        fault = refusal
    async with gateway.database.begin("uploads.form") as session:
        return await _form(request, session, present, fault=fault)


@router.get("/{batch_id}")
async def show_batch(
    request: Request, gateway: Gw, session: Transaction, present: Deliverer, batch_id: UUID
) -> Response:
    """Show what came of a batch's rows."""
    batch = await _get_batch(session, present, batch_id)
    query = (
        select(RejectedRow)
        .where(col(RejectedRow.batch_id) == batch_id)
        .order_by(col(RejectedRow.row_number))
        .limit(FIRST_REJECTED)
    )
    refused = list((await session.execute(query)).scalars())
    opened = await open_refused(SubjectKeys(gateway.protector), await raw(session), refused)
    rejected = [
        {"row_number": row.row_number, "reasons": reasons, "cells": cells}
        for row, (reasons, cells) in zip(refused, opened, strict=True)
    ]
    reasons = sorted(batch.reasons.items(), key=lambda pair: -int(pair[1]))
    words = {row.code: row.words for row in await session.execute(_WORDS, {"batch": batch_id})}
    title = datasets()[batch.dataset].title if batch.dataset in datasets() else None
    return page(
        request, "upload", present, batch=batch, bars=bars_of(batch), units=BAR_UNITS, reasons=reasons,
        rejected=rejected, title=title, words=words,
    )  # fmt: skip


@router.get("/{batch_id}/rejected-rows")
async def rejected_rows(gateway: Gw, session: Transaction, present: Deliverer, batch_id: UUID) -> Response:
    """Return the refused rows as a workbook, to be corrected and handed in again."""
    await _get_batch(session, present, batch_id)
    return await download(gateway, batch_id, "xlsx")


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


async def _take_in(gateway: Gateway, present: Present, form: FormData) -> Batch:
    """Take the form's file in. Raises PageError or DeniedError."""
    dataset, file = datasets().get(str(form.get("dataset", ""))), form.get("file")
    sender_batch = str(form.get("batch", "")).strip()
    whole = isinstance(file, UploadFile) and file.filename and re.fullmatch(SENDERS_ID, sender_batch)
    if dataset is None or not isinstance(file, UploadFile) or not whole:
        raise PageError("upload-incomplete", 400)
    if present.agency not in {None, dataset.agency}:
        raise PageError("forbidden", 403)
    await demand_no_signature(gateway, dataset.agency)
    with tempfile.NamedTemporaryFile(dir=spool_of(gateway)) as target:
        digest = hashlib.sha256()
        while piece := await file.read(_PIECE):
            digest.update(piece)
            target.write(piece)
        target.flush()
        sender = Sender(present.actor, sender_batch, "console")
        batch, _ = await take_file(gateway, sender, dataset, Path(target.name), digest.digest())
    return batch


async def _form(
    request: Request,
    session: AsyncSession,
    present: Present,
    *,
    before: UUID | None = None,
    fault: DeniedError | PageError | None = None,
) -> Response:
    query = select(Batch).order_by(col(Batch.batch_id).desc()).limit(ON_A_PAGE)
    query = query.where(col(Batch.agency) == present.agency) if present.agency else query
    query = query.where(col(Batch.batch_id) < before) if before else query
    rows = list((await session.execute(query)).scalars())
    return page(
        request, "uploads", present, status=_status(fault) if fault else 200, script=True,
        groups=_choices(present),
        batch_id=f"{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(4)}", rows=rows, before=before,
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


async def _get_batch(session: AsyncSession, present: Present, batch_id: UUID) -> Batch:
    batch = await session.get(Batch, batch_id)
    if batch is None or present.agency not in {None, batch.agency}:
        raise PageError("batch-not-found", 404)
    return batch
