"""Trials at the console: those that are kept, the form that one is asked for by, and what came of it."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.form import Form
from gateway.console.forms import read_own_form_of
from gateway.console.render import PageError, page
from gateway.console.table import Column, Filter, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import words_of
from gateway.people.acting import acting
from gateway.people.guard import OverseerPresent, SignInNeededError, Visitor, check_token
from gateway.people.listing import show_table
from gateway.people.naming import sender_names
from gateway.people.sessions import Present
from gateway.risk_analysis.comparing import MOST_MOVES, WAYS
from gateway.risk_analysis.trial_documents import find_moved
from gateway.risk_analysis.trial_shown import STATES, compared_rows, form_parts, moved_cells, trial_cells, way_of
from gateway.risk_analysis.trials import UNDER_WAY, ask_trial, find_trial, list_trials, read_trial, watch_of
from gateway.risk_analysis.watch_form import MOST_FIELDS, fields_of, watch_from
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.watches.in_force import rules_in_force
from gateway.web.dependencies import Units
from gateway.web.error_table import ERRORS
from gateway.web.router import Router
from risk_monitor.names import KINDS
from risk_monitor.watch import Watch

router = Router(prefix="/console/risk-trials", include_in_schema=False)
TRIALS = TableSpec(
    "risk_trials",
    (
        Column("asked", "risk-trial-asked", kind="time"), Column("by", "risk-trial-by"),
        Column("state", "how-it-stands"),
        *(Column(way, f"risk-way-{way}", kind="number") for way in WAYS),
        Column("digest", "risk-trial-digest", kind="code", optional=True),
    ),
)  # fmt: skip
MOVES = TableSpec(
    "risk_moves",
    (
        Column("enterprise", "risk-enterprise", sortable=True), Column("type", "risk-type", sortable=True),
        Column("way", "risk-way"), Column("before", "risk-trial-before"), Column("after", "risk-trial-after"),
    ),
    (
        Filter("way", "risk-way", options=WAYS, prefix="risk-way-"),
        Filter("type", "risk-type", options=KINDS, prefix="risk-type-"),
    ),
)  # fmt: skip


async def read_watch_form(request: Request, visitor: Visitor) -> dict[str, str]:
    """Return a form with a field for each number of a watch. Raises PageError, SignInNeededError."""
    form = await read_own_form_of(request, MOST_FIELDS)
    if visitor is None:
        raise SignInNeededError("/console")
    check_token(visitor, form.get("csrf", ""))
    return form


@router.get("")
async def trials(
    request: Request, units: Units, present: OverseerPresent, asked: Annotated[TableQuery, Depends(table_query(TRIALS))]
) -> Response:
    """Show the trials, the newest first."""
    words = words_of(request)
    async with units.begin("risk.trials_show", acting(present)) as work:
        found = await list_trials(work)
        names = await sender_names(work, words, [one.asked_by for one in found])
    table = in_memory(TRIALS, asked, found, cells=lambda one: trial_cells(words, names, one), keys={})
    return await show_table(request, units, present, "risk_trials", table)


@router.get("/-/new")
async def new(request: Request, units: Units, present: OverseerPresent, like: UUID | None = None) -> Response:
    """Show the watch in force, or that of an earlier trial, with each number to be changed."""
    async with units.begin("risk.trial_form", acting(present)) as work:
        base = await _base(work, like)
    return _form(request, present, base, like, Form(fields_of(base)))


@router.post("/-/new")
async def ask(
    request: Request, units: Units, present: OverseerPresent, typed: Annotated[dict[str, str], Depends(read_watch_form)]
) -> Response:
    """Have it tried out; what will not do is said above the form."""
    words = words_of(request)
    like = _id(typed.get("like", ""))
    async with units.begin("risk.trial_form", acting(present)) as work:
        base = await _base(work, like)
    source, wrong = watch_from(base, typed)
    if wrong:
        errors = dict.fromkeys(wrong, words("risk-trial-no-number"))
        return _form(request, present, base, like, Form(typed, errors), 400)
    try:
        async with units.begin("risk.trial_ask", acting(present)) as work:
            trial = await ask_trial(work, source)
    except DeniedError as fault:
        row = ERRORS[fault.denial.reason]
        said = words.half(fault.denial.detail or row.title)
        return _form(request, present, base, like, Form(typed, {"": said}), row.status)
    return RedirectResponse(f"/console/risk-trials/{trial.trial_id}", 303)


@router.get("/{trial_id}")
async def show(
    request: Request, trial_id: UUID, units: Units, present: OverseerPresent,
    asked: Annotated[TableQuery, Depends(table_query(MOVES))],
) -> Response:  # fmt: skip
    """Show how far a trial is; once it has ended, both watches beside each other, and who would stand elsewhere."""
    words, wanted = words_of(request), asked.filters
    try:
        async with units.begin("risk.trial_show", acting(present)) as work:
            trial = await read_trial(work, trial_id)
            moved = await find_moved(work.session, trial)
            names = await sender_names(work, words, [trial.asked_by])
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    chosen = [one for one in moved if wanted["way"] in {"", way_of(one)} and wanted["type"] in {"", one.type}]
    table = in_memory(
        MOVES, asked, chosen, cells=lambda one: moved_cells(words, one),
        keys={
            "enterprise": lambda one: one.subject.name or one.subject.uscc or "", "type": lambda one: one.type,
        },
    )  # fmt: skip
    return await show_table(
        request, units, present, "risk_trial", table, trial=trial, by=names[trial.asked_by], tone=STATES[trial.state],
        going=trial.state in UNDER_WAY, compared=compared_rows(words, trial), ways=WAYS, most=MOST_MOVES,
        crumbs=[(words.moment(trial.asked_at), "")],
    )  # fmt: skip


@router.get("/{trial_id}/progress")
async def progress(request: Request, trial_id: UUID, units: Units, present: OverseerPresent) -> Response:
    """Return how far a trial is, as a part of its page; once it has ended, have the browser load the page anew."""
    async with units.begin("risk.trial_progress", acting(present)) as work:
        try:
            trial = await find_trial(work, trial_id)
        except DeniedError as fault:
            raise PageError("not-found", 404) from fault
    shown = page(request, "risk_trial_progress", present, trial=trial)
    if trial.state not in UNDER_WAY:
        shown.headers["HX-Refresh"] = "true"
    return shown


async def _base(work: UnitOfWork, like: UUID | None) -> Watch:
    """Return the watch that a form begins with. Raises PageError where there is no such trial."""
    if like is None:
        return await rules_in_force(work.session)
    try:
        return watch_of(await find_trial(work, like))
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault


def _form(
    request: Request, present: Present, base: Watch, like: UUID | None, form: Form, status: int = 200
) -> Response:
    words = words_of(request)
    points, types = form_parts(words, base)
    return page(
        request, "risk_trial_new", present, status=status, form=form, points=points, types=types, like=like or "",
        crumbs=[(words("risk-trial-new"), "")],
    )  # fmt: skip


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
