"""A file before it is handed in: what each column is taken for, what would be lost, what would be refused, and why."""

import tempfile
from collections import Counter
from collections.abc import Awaitable, Mapping
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.background import BackgroundTask

from connectors.catalogue.load import datasets
from connectors.drafting.taken import ROLES
from connectors.model.two_languages import in_language
from gateway.console.render import PageError, page
from gateway.console.words import Words, words_of
from gateway.intake.preview_questions import questions_of
from gateway.intake.preview_rows import get_preview
from gateway.intake.previews import (
    answer_preview,
    confirm_preview,
    discard_preview,
    judge_again,
    read_preview,
    refused_workbook,
)
from gateway.intake.quarantine import MEDIA_TYPES
from gateway.intake.routes import TheIntake
from gateway.people.acting import acting
from gateway.people.guard import SignedForm, signed_in
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.error_table import ERRORS
from gateway.web.router import Router

router = Router(prefix="/console/uploads/previews", include_in_schema=False)
Sender = Annotated[Present, Depends(signed_in("clerk", "system"), scope="function")]
COUNTS = ("accepted", "unresolved", "corrections", "duplicates", "natural_persons", "rejected")
COUNTED = ("titles", "header", "repeated_headers", "blank", "footers")


@router.get("/{preview_id}")
async def show(request: Request, preview_id: UUID, units: Units, present: Sender) -> Response:
    """Show a preview; of one that was handed in, what came of it."""
    return await _shown(request, units, present, preview_id)


@router.get("/{preview_id}/progress")
async def progress(preview_id: UUID, units: Units, present: Sender) -> JSONResponse:
    """Tell how many rows of how many were judged, for the script of the form."""
    try:
        async with units.begin("preview.progress-read", acting(present)) as work:
            row = await get_preview(work, preview_id)
    except DeniedError:  # the file has not arrived yet
        return JSONResponse({"state": "", "done": 0, "rows": 0}, 404)
    return JSONResponse({"state": row.state, "done": row.done, "rows": row.rows})


@router.get("/{preview_id}/rejected-rows")
async def rejected_rows(
    request: Request, preview_id: UUID, units: Units, intake: TheIntake, present: Sender
) -> Response:
    """Return the rows that would be refused as a workbook in the reader's language."""
    target = tempfile.TemporaryFile(dir=intake.spool)  # noqa: SIM115 - has no name, and goes when it has been sent
    try:
        await refused_workbook(units, acting(present), intake, preview_id, target, words_of(request).language)
    except BaseException as fault:
        target.close()
        if isinstance(fault, DeniedError):
            raise PageError("not-found", 404) from fault
        raise
    target.seek(0)
    headers = {"Content-Disposition": f'attachment; filename="rejected-{preview_id}.xlsx"'}
    return StreamingResponse(
        target, media_type=MEDIA_TYPES["xlsx"], headers=headers, background=BackgroundTask(target.close)
    )


@router.post("/{preview_id}/answer")
async def answer(
    request: Request, preview_id: UUID, units: Units, intake: TheIntake, present: Sender, form: SignedForm
) -> Response:
    """Take what somebody said of a column: what it is, or that it may be lost."""
    told = answer_preview(units, acting(present), intake, preview_id, form.get("column", ""), form.get("use", ""))
    return await _done(request, units, present, preview_id, told)


@router.post("/{preview_id}/judge")
async def judge(
    request: Request, preview_id: UUID, units: Units, intake: TheIntake, present: Sender, _form: SignedForm
) -> Response:
    """Judge a file anew, as where a process ended in the midst of it."""
    return await _done(request, units, present, preview_id, judge_again(units, acting(present), intake, preview_id))


@router.post("/{preview_id}/confirm")
async def confirm(
    request: Request, preview_id: UUID, units: Units, intake: TheIntake, present: Sender, _form: SignedForm
) -> Response:
    """Hand the file in, and lead to what came of it or to where it is held."""
    try:
        batch_id = await confirm_preview(units, acting(present), intake, preview_id)
    except DeniedError as fault:
        if fault.denial.reason == "delivery-held":
            return RedirectResponse(f"/console/held/{fault.denial.members['held']}", 303)
        return await _shown(request, units, present, preview_id, fault=fault)
    return RedirectResponse(f"/console/uploads/{batch_id}", 303)


@router.post("/{preview_id}/discard")
async def discard(preview_id: UUID, units: Units, intake: TheIntake, present: Sender, _form: SignedForm) -> Response:
    """Give the file up, and lead back to the form for another one of the same dataset."""
    try:
        async with units.begin("preview.find", acting(present)) as work:
            dataset = (await get_preview(work, preview_id)).dataset
        await discard_preview(units, acting(present), intake.spool, preview_id)
    except DeniedError as fault:
        raise PageError("preview-not-found", 404) from fault
    return RedirectResponse(f"/console/uploads?dataset={quote(dataset)}", 303)


async def _done(
    request: Request, units: UnitsOfWork, present: Present, preview_id: UUID, doing: Awaitable[None]
) -> Response:
    try:
        await doing
    except DeniedError as fault:
        return await _shown(request, units, present, preview_id, fault=fault)
    return RedirectResponse(f"/console/uploads/previews/{preview_id}", 303)


async def _shown(
    request: Request, units: UnitsOfWork, present: Present, preview_id: UUID, *, fault: DeniedError | None = None
) -> Response:
    """Show a preview, and why something was not done. Raises PageError where it is not theirs to see."""
    try:
        async with units.begin("preview.show", acting(present)) as work:
            row, told = await read_preview(work, preview_id)
    except DeniedError as denied:
        raise PageError("preview-not-found", 404) from denied
    if row.batch_id:
        return RedirectResponse(f"/console/uploads/{row.batch_id}", 303)
    if row.held_id:
        return RedirectResponse(f"/console/held/{row.held_id}", 303)
    words = words_of(request)
    questions = questions_of(datasets()[row.dataset], row.ignored, told) if row.dataset in datasets() else []
    return page(
        request, "preview", present, status=ERRORS[fault.denial.reason].status if fault else 200, row=row, told=told,
        questions=questions, counts=COUNTS, counted=COUNTED, said=in_language, states=_by_state(told),
        name_of=_Names(words, row.dataset), fault=words.half(fault) if fault else "",
    )  # fmt: skip


def _by_state(told: Mapping[str, Any]) -> dict[str, int]:
    """Return how many columns are read, unread, empty, missing and absent."""
    return dict(Counter(column["state"] for column in told.get("columns", [])))


class _Names:
    """What fields and roles of a dataset are called; the English name of a field is its code."""

    def __init__(self, words: Words, dataset: str) -> None:
        self._chinese, self._dataset = words.language == "zh", datasets().get(dataset)

    def __call__(self, use: str) -> str:
        if use in ROLES:
            return ROLES[use][0 if self._chinese else 1]
        field = self._dataset.fields.get(use) if self._dataset else None
        return field.zh if field and self._chinese else use
