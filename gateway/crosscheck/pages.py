"""Cross-checks at the console: lists handed in, what is proposed, and what is decided; for those who oversee."""

from collections.abc import Mapping
from typing import Annotated, cast, get_args
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.form import Form
from gateway.console.reasons import title_and_remedy
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, Tone, in_memory, table_query
from gateway.console.words import NOTHING, Words, words_of
from gateway.crosscheck.deciding import Decision, decide
from gateway.crosscheck.lists import LARGEST_LIST, get_list, read_lists, take_list
from gateway.crosscheck.proposing import Learner, Wanted, counterparts, propose
from gateway.crosscheck.reading import STATES, state_of
from gateway.crosscheck.reading import read_checks as read_all
from gateway.crosscheck.tables import CrossCheck
from gateway.intake.forms import file_form
from gateway.intake.routes import TheIntake
from gateway.people.acting import acting
from gateway.people.guard import OverseerPresent, SignedForm
from gateway.people.listing import show_table
from gateway.people.sessions import Present
from gateway.runtime.clock import now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.error_table import ERRORS
from gateway.web.router import OWN_LIMIT, Router
from risk_monitor.names import KINDS, LEVELS, Kind

PLACE = "/console/crosschecks"
router = Router(prefix=PLACE, include_in_schema=False)
TONES: Mapping[str, Tone] = {
    "proposed": "warn", "approved": "info", "committed": "info", "done": "ok", "rejected": "quiet", "lapsed": "bad",
}  # fmt: skip
LEARNERS: tuple[Learner, ...] = get_args(Learner)
LISTED, MOST = 20, 500
CHECKS = TableSpec(
    "crosschecks",
    (
        Column("purpose", "crosscheck-purpose"), Column("way", "crosscheck-way"), Column("level", "risk-level"),
        Column("suspects", "crosscheck-suspects", kind="number"), Column("found", "crosscheck-found", kind="number"),
        Column("state", "how-it-stands"), Column("proposed", "crosscheck-proposed", kind="time"),
    ),
    (Filter("state", "how-it-stands", options=STATES, prefix="crosscheck-state-"),),
)  # fmt: skip
Asked = Annotated[TableQuery, Depends(table_query(CHECKS))]


@router.get("")
async def show_all(request: Request, units: Units, present: OverseerPresent, asked: Asked) -> Response:
    """Show the checks, the lists, and the forms to hand one in and to propose."""
    return await _all(request, units, present, asked)


@router.post("/-/lists", max_body_size=OWN_LIMIT)
async def hand_in(
    request: Request, units: Units, present: OverseerPresent, intake: TheIntake, asked: Asked
) -> Response:
    """Take in a list, and lead to what became of its rows."""
    words = words_of(request)
    try:
        async with (
            file_form(request, present, intake.spool, LARGEST_LIST) as sent,
            units.begin("crosscheck.take", acting(present)) as work,
        ):
            taken = await take_list(work, sent.fields.get("supervisor", ""), sent.path)
    except PageError as fault:
        if fault.key != "upload-incomplete":
            raise
        return await _all(request, units, present, asked, Form({}, {"file": words(fault.key)}), 400)
    except DeniedError as fault:
        form = Form({}, {"file": _said(words, fault)})
        return await _all(request, units, present, asked, form, ERRORS[fault.denial.reason].status)
    return RedirectResponse(f"{PLACE}/-/lists/{taken.list_id}", 303)


@router.get("/-/lists/{list_id}")
async def one_list(request: Request, units: Units, present: OverseerPresent, list_id: UUID) -> Response:
    """Show a list, and which of its rows could not be used."""
    try:
        async with units.begin("crosscheck.list", acting(present)) as work:
            found, faulty = await get_list(work, list_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    return page(request, "crosscheck_list", present, found=found, faulty=faulty, crumbs=[(found.supervisor, "")])


@router.post("")
async def propose_check(
    request: Request, units: Units, present: OverseerPresent, typed: SignedForm, asked: Asked
) -> Response:
    """Keep a proposal, and lead to it."""
    words = words_of(request)
    try:
        async with units.begin("crosscheck.propose", acting(present)) as work:
            made = await propose(work, _wanted(typed))
    except DeniedError as fault:
        form = Form(typed, {"": _said(words, fault)})
        return await _all(request, units, present, asked, form, ERRORS[fault.denial.reason].status)
    return RedirectResponse(f"{PLACE}/{made.check_id}", 303)


@router.post("/{check_id}/{decision}")
async def decide_check(
    request: Request, check_id: UUID, decision: Decision, units: Units, present: OverseerPresent, typed: SignedForm
) -> Response:
    """Record a decision; what cannot be done says why on the page of all."""
    try:
        async with units.begin("crosscheck.decide", acting(present)) as work:
            await decide(work, check_id, decision, typed.get("reason", "").strip())
    except DeniedError as fault:
        if fault.denial.reason == "crosscheck-not-found":
            raise PageError("not-found", 404) from fault
        form = Form({}, {"": _said(words_of(request), fault)})
        asked = table_query(CHECKS)(request)
        return await _all(request, units, present, asked, form, ERRORS[fault.denial.reason].status)
    return RedirectResponse(f"{PLACE}/{check_id}", 303)


def _wanted(typed: Mapping[str, str]) -> Wanted:
    """Read the form. Raises PageError for what the page does not offer."""
    level, kind, learner = typed.get("level", ""), typed.get("type", ""), typed.get("learner", "")
    counterpart = typed.get("counterpart", "")
    try:
        lists = tuple(UUID(name.removeprefix("list-")) for name in typed if name.startswith("list-"))
    except ValueError as fault:
        raise PageError("form-stale", 400) from fault
    if level not in LEVELS or kind not in {"", *KINDS} or learner not in {"", *LEARNERS}:
        raise PageError("form-stale", 400)
    who = cast(Learner, learner or "gateway") if counterpart else None
    return Wanted(
        typed.get("purpose", ""), level, cast(Kind, kind) if kind else None, lists, counterpart or None,
        who,
    )  # fmt: skip


async def _all(
    request: Request, units: UnitsOfWork, present: Present, asked: TableQuery, form: Form | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    words, state, moment = words_of(request), asked.filters["state"], now()
    async with units.begin("crosscheck.all", acting(present)) as work:
        checks = [one for one in await read_all(work, MOST) if state in {"", state_of(one, moment)}]
        lists, others = await read_lists(work, LISTED), await counterparts(work)
    table = in_memory(
        CHECKS, asked, checks, cells=lambda one: _cells(words, one, state_of(one, moment)), keys={}
    )  # fmt: skip
    return await show_table(
        request, units, present, "crosschecks", table, form=form or Form(), lists=lists, others=others, levels=LEVELS,
        kinds=KINDS, learners=LEARNERS, megabytes=LARGEST_LIST // 1024**2, status=status,
    )  # fmt: skip


def _cells(words: Words, one: CrossCheck, state: str) -> list[Content]:
    with_whom = one.counterpart or words.count("crosscheck-lists", len(one.lists))
    kind = words(f"risk-type-{one.type}") if one.type else words("crosscheck-any-type")
    return [
        Cell(one.purpose, href=f"{PLACE}/{one.check_id}"),
        Cell(words(f"crosscheck-way-{one.way}"), sub=with_whom),
        Cell(words("crosscheck-level-up", level=words(f"risk-level-{one.level}")), sub=kind),
        one.suspects if one.suspects is not None else NOTHING,
        one.found if one.found is not None else NOTHING,
        Cell(words(f"crosscheck-state-{state}"), tone=TONES[state]),
        words.moment(one.proposed_at),
    ]


def _said(words: Words, fault: DeniedError) -> str:
    return words.half(fault) if fault.denial.detail else title_and_remedy(words, fault.denial.reason)
