"""Cases on a page: to an office its own, to regulators and auditors all of them; one of them with all that was done."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi import Path as PathParameter
from fastapi.responses import RedirectResponse, Response

from gateway.consents.files import LONGEST_FILE, SCAN_SUFFIXES
from gateway.console.form import Form
from gateway.console.forms import is_sure
from gateway.console.render import PageError
from gateway.console.table import Cell, Column, Content, Filter, Table, TableQuery, TableSpec, Tone, table_query
from gateway.console.words import NOTHING, Words, words_of
from gateway.disposal.case_page import show_case
from gateway.disposal.file_routes import case_file_response
from gateway.disposal.files import add_file, read_file
from gateway.disposal.office_words import office_name
from gateway.disposal.reading import Shown, Wanted, count_cases, list_cases
from gateway.disposal.replaying import replay_case
from gateway.disposal.step_form import read_step
from gateway.disposal.stepping import step_case
from gateway.intake.forms import file_form
from gateway.intake.routes import TheIntake
from gateway.people.acting import acting
from gateway.people.guard import SignedForm, signed_in
from gateway.people.listing import show_table
from gateway.people.sessions import Present
from gateway.risk.pages import TONES as LEVEL_TONES
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Units
from gateway.web.error_table import ERRORS
from gateway.web.router import OWN_LIMIT, Router
from risk_monitor.case_names import OUTCOMES, STATES
from risk_monitor.handling import FINAL

router = Router(prefix="/console/cases", include_in_schema=False)
Seeing = Annotated[Present, Depends(signed_in("office", "regulator", "auditor"), scope="function")]
Working = Annotated[Present, Depends(signed_in("office", "regulator"), scope="function")]
Overseeing = Annotated[Present, Depends(signed_in("regulator", "auditor"), scope="function")]
Digest = Annotated[str, PathParameter(pattern=r"^[0-9a-f]{64}$")]
STATE_TONES: dict[str, Tone] = {"opened": "warn", "accepted": "info", "confirmed": "bad", "closed": "ok"}
CASES = TableSpec(
    "cases",
    (
        Column("enterprise", "risk-enterprise"),
        Column("type", "risk-type"),
        Column("level", "risk-level"),
        Column("office", "case-office"),
        Column("state", "how-it-stands"),
        Column("due", "case-due", kind="time"),
        Column("outcome", "case-outcome"),
        Column("opened", "case-opened", kind="time", optional=True),
    ),
    (
        Filter("state", "how-it-stands", options=STATES, prefix="case-state-"),
        Filter("outcome", "case-outcome", options=OUTCOMES, prefix="case-outcome-"),
        Filter("overdue", "case-overdue", options=("yes",), prefix="case-overdue-"),
        Filter("office", "case-office", kind="text"),
    ),
)


@router.get("")
async def show_all(
    request: Request, units: Units, present: Seeing, asked: Annotated[TableQuery, Depends(table_query(CASES))]
) -> Response:
    """List cases: open ones first, those that are due first."""
    words, chosen = words_of(request), asked.filters
    wanted = Wanted(chosen["state"], chosen["office"].strip(), chosen["outcome"], bool(chosen["overdue"]))
    async with units.begin("cases.show", acting(present)) as work:
        found = await list_cases(work, wanted, asked.limit, asked.offset)
        total, late = await count_cases(work, wanted), await count_cases(work, Wanted(overdue=True))
    table = Table(CASES, asked, [_cells(words, one) for one in found], total=total)
    return await show_table(request, units, present, "cases", table, late=late)


@router.get("/{case_id}")
async def show(request: Request, case_id: UUID, units: Units, present: Seeing) -> Response:
    """Show one case: what was found, all that was done, and what can be done now."""
    return await show_case(request, units, present, case_id)


@router.post("/{case_id}/steps")
async def take_step(request: Request, case_id: UUID, units: Units, present: Working, typed: SignedForm) -> Response:
    """Take a step; what cannot be done says why on the same page."""
    words = words_of(request)
    try:
        said = read_step(typed)
    except ValueError:
        return await show_case(request, units, present, case_id, Form(typed, {"": words("case-wrong-form")}), 400)
    if said.step in FINAL and not is_sure(typed):
        return await show_case(request, units, present, case_id, Form(typed, {"": words("sure-needed")}), 400)
    try:
        async with units.begin("case.step", acting(present)) as work:
            row = await step_case(work, case_id, said)
    except DeniedError as fault:
        if fault.denial.reason == "case-not-found":
            raise PageError("not-found", 404) from fault
        known = ERRORS[fault.denial.reason]
        form = Form(typed, {"": words.half(fault.denial.detail or known.title)})
        return await show_case(request, units, present, case_id, form, known.status)
    gone = present.office not in {None, row.office}
    return RedirectResponse("/console/cases" if gone else f"/console/cases/{case_id}", 303)


@router.post("/{case_id}/replay")
async def replay(request: Request, case_id: UUID, units: Units, present: Overseeing, _form: SignedForm) -> Response:
    """Play a case again from the log alone, and show above it what differs from the rules and its row."""
    try:
        async with units.begin("case.replay", acting(present)) as work:
            made = await replay_case(work, case_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    return await show_case(request, units, present, case_id, replay=made)


@router.post("/{case_id}/files", max_body_size=OWN_LIMIT)
async def send_file(request: Request, case_id: UUID, units: Units, present: Working, intake: TheIntake) -> Response:
    """Take up a file, whose name says what it is; the next step takes it along."""
    words = words_of(request)
    try:
        async with file_form(request, present, intake.spool, LONGEST_FILE) as sent:
            media_type, content = SCAN_SUFFIXES.get(sent.path_suffix, ""), sent.path.read_bytes()
        async with units.begin("case.file", acting(present)) as work:
            await add_file(work, case_id, media_type, content)
    except PageError as fault:
        if fault.key != "upload-incomplete":
            raise
        return await show_case(request, units, present, case_id, Form({}, {"file": words(fault.key)}), 400)
    except DeniedError as fault:
        if fault.denial.reason == "case-not-found":
            raise PageError("not-found", 404) from fault
        known = ERRORS[fault.denial.reason]
        form = Form({}, {"file": words.half(fault.denial.detail or known.title)})
        return await show_case(request, units, present, case_id, form, known.status)
    return RedirectResponse(f"/console/cases/{case_id}", 303)


@router.get("/{case_id}/files/{sha256}")
async def file(case_id: UUID, sha256: Digest, units: Units, present: Seeing) -> Response:
    """Return a file of a case, to be saved; that it was read is in the log."""
    try:
        async with units.begin("case.file-read", acting(present)) as work:
            return case_file_response(*await read_file(work, case_id, sha256))
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault


def _cells(words: Words, one: Shown) -> list[Content]:
    row = one.row
    return [
        Cell(one.subject.name or words("risk-unnamed"), href=f"/console/cases/{row.id}", sub=one.subject.uscc or ""),
        words(f"risk-type-{row.type}"),
        Cell(words(f"risk-level-{row.level}"), tone=LEVEL_TONES[row.level]),
        office_name(words, row.office),
        Cell(
            words(f"case-state-{row.state}"), tone=STATE_TONES[row.state], sub=words("case-asked") if row.asks else ""
        ),
        Cell(words.day(row.due_on), tone="bad", sub=words("case-overdue-yes"))
        if one.overdue
        else words.day(row.due_on),
        words(f"case-outcome-{row.outcome}") if row.outcome else NOTHING,
        words.moment(row.opened_at),
    ]
