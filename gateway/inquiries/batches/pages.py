"""Asking about many enterprises from a spreadsheet: the form, what its rows say, how far it is, the file of answers."""

import secrets
from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

import orjson
from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from connectors.errors import MalformedError
from connectors.personal.sealing import Protector
from consent.terms import PURPOSES
from gateway.console.export import TYPES
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.console.workbook import write_csv, write_workbook
from gateway.inquiries.asking import Question
from gateway.inquiries.batches.batch import BatchRequest, get_batch, give_rows, list_batches, open_batch
from gateway.inquiries.batches.results import file_rows, outcome_of
from gateway.inquiries.batches.sheet import LARGEST_SHEET, read_sheet, refused_sheet, template
from gateway.inquiries.dependencies import TheProviders
from gateway.inquiries.shown import why
from gateway.intake.forms import file_form
from gateway.intake.routes import TheIntake
from gateway.people.guard import SignedForm
from gateway.people.staff import Staff
from gateway.people.through import Through
from gateway.quota.dependencies import Costs
from gateway.quota.products import PRODUCTS
from gateway.runtime.denial import Denial, DeniedError
from gateway.web.dependencies import Units, part
from gateway.web.router import OWN_LIMIT, Router

router = Router(prefix="/console/ask-many", include_in_schema=False)
Secrets = Annotated[Protector, Depends(part("protector"))]
TOKEN_BYTES = 18
LISTED = 20


@router.get("")
async def show(request: Request, units: Units, staff: Staff, costs: Costs) -> Response:
    """Show the form, and the institution's batches."""
    return await _form(request, units, staff, costs, Form({}, {}))


@router.get("/template.xlsx")
async def empty(_staff: Staff) -> Response:
    """Return the empty form."""
    return _file(template(), "template", "xlsx")


@router.post("", max_body_size=OWN_LIMIT)
async def look(request: Request, units: Units, staff: Staff, intake: TheIntake, costs: Costs) -> Response:
    """Read a spreadsheet and show what its rows ask, and which cannot be asked; nothing is asked yet."""
    words, values = words_of(request), dict[str, str]()
    try:
        async with file_form(request, staff.present, intake.spool, LARGEST_SHEET) as sent:
            values = sent.fields
            product, purpose = values.get("product", ""), values.get("purpose", "")
            if product not in PRODUCTS or purpose not in PURPOSES:
                raise PageError("form-stale", 400)
            rows = read_sheet(sent.path, product=product, purpose=purpose)
    except (MalformedError, DeniedError) as fault:
        said, status = refused_sheet(words, fault)
        return await _form(request, units, staff, costs, Form(values, {"file": said}), status)
    sound = [(row.number, row.question) for row in rows if row.question is not None]
    return page(
        request, "ask_many_look", staff.present, rows=rows, wrong=[row for row in rows if row.question is None],
        sound=sound, lines="\n".join(_line(*one) for one in sound), token=secrets.token_urlsafe(TOKEN_BYTES),
        units=sum(costs[one.product] for _, one in sound), account=values.get("account", ""),
    )  # fmt: skip


@router.post("/ask")
async def ask(
    request: Request, units: Units, protector: Secrets, staff: Staff,
    form: SignedForm, costs: Costs,
) -> Response:  # fmt: skip
    """Put the questions, once, however often the form is sent; the worker asks them."""
    actor = staff.acting("inquiries", form.get("account", ""))
    token = form.get("token", "")
    if not token.isascii() or not 1 <= len(token) <= 2 * TOKEN_BYTES:
        raise PageError("form-stale", 400)
    try:
        lines = [_asked(line) for line in form.get("lines", "").splitlines()]
    except (ValueError, ValidationError) as fault:
        raise PageError("form-stale", 400) from fault
    asked = dict(lines)
    # No sheet has more rows than letters, nor a row twice: of two only one would be asked.
    if not asked or len(asked) < len(lines) or not 1 <= min(asked) <= max(asked) <= LARGEST_SHEET:
        raise PageError("form-stale", 400)
    key = f"form {staff.present.person_id} {token}"
    wanted = BatchRequest(key, list(asked.values()), form.get("partial") == "yes", numbers=list(asked))
    async with units.begin("inquiry-batch.open", actor) as work:
        batch = await open_batch(work, protector, wanted)
    if isinstance(batch, Denial):
        words = words_of(request)
        return await _form(request, units, staff, costs, Form({}, {"file": why(words, batch.reason)}), 409)
    return RedirectResponse(f"/console/ask-many/{batch.batch_id}", 303)


@router.get("/{batch_id}")
async def progress(request: Request, units: Units, staff: Staff, batch_id: UUID) -> Response:
    """Show how far a batch is, and how each question ended."""
    words = words_of(request)
    try:
        async with units.begin("inquiry-batch.show", staff.reader) as work:
            batch, rows = await get_batch(work, batch_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    told = [(row, outcome := outcome_of(row), "" if outcome == "answered" else why(words, outcome)) for row in rows]
    return page(
        request, "ask_many_batch", staff.present, batch=batch, rows=told, done=_count(rows, "done"),
        answered=_count(rows, "answered"), path_here=f"/console/ask-many/{batch_id}",
    )  # fmt: skip


@router.get("/{batch_id}/answers.{form}")
async def answers(
    units: Units, providers: TheProviders, protector: Secrets, staff: Staff, batch_id: UUID,
    form: Literal["csv", "xlsx"],
) -> Response:  # fmt: skip
    """Return the answers as a file; each is given again as standing and consent permit by now, and recorded so."""
    try:
        async with units.begin("inquiry-batch.show", staff.reader) as work:
            batch, _ = await get_batch(work, batch_id)
        actor = staff.acting("inquiries", batch.account)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    ended = await give_rows(units, providers, protector, actor, batch)
    async with units.begin("inquiry-batch.show", staff.reader) as work:
        _, rows = await get_batch(work, batch_id)
    lines = file_rows(rows, ended)
    return _file(write_csv(lines) if form == "csv" else write_workbook("查询", lines), f"answers-{batch_id}", form)


async def _form(
    request: Request, units: Units, staff: Through, costs: Costs, form: Form, status: int = 200
) -> Response:
    async with units.begin("inquiry-batch.list", staff.reader) as work:
        batches = await list_batches(work, LISTED)
    return page(
        request, "ask_many", staff.present, status=status, form=form, staff=staff, costs=costs,
        purposes=list(PURPOSES), batches=batches,
    )  # fmt: skip


def _file(content: bytes, name: str, form: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "no-store"}
    return Response(content, media_type=TYPES[form], headers=headers)


def _line(number: int, question: Question) -> str:
    return f"{number} {orjson.dumps(question.members()).decode()}"


def _asked(line: str) -> tuple[int, Question]:
    """Read a line of the form again: the row of the spreadsheet, and what it asks."""
    number, _, question = line.partition(" ")
    return int(number), Question.model_validate_json(question)


def _count(rows: Sequence[object], what: str) -> int:
    outcomes = [outcome_of(row) for row in rows]  # type: ignore[arg-type]  # rows of the batch
    return sum(one == "answered" if what == "answered" else one != "waiting" for one in outcomes)
