"""Proposals on a page: the surest first; one of them with both names beside each other, and what a person decides."""

from typing import Annotated, cast, get_args
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, Table, TableQuery, TableSpec, Tone, table_query
from gateway.console.words import Words, words_of
from gateway.matching.deciding import FROM, Decision, decide
from gateway.matching.reading import (
    GRADES,
    WAITING,
    Shown,
    Status,
    count_proposals,
    last_run,
    read_proposal,
    read_proposals,
)
from gateway.people.acting import acting
from gateway.people.guard import SignedForm, signed_in
from gateway.people.listing import show_table
from gateway.people.naming import sender_names
from gateway.people.sessions import Present
from gateway.records.life_routes import TheProtector
from gateway.runtime.denial import DeniedError
from gateway.runtime.reasons import LONGEST, SHORTEST
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.error_table import ERRORS
from gateway.web.router import Router

router = Router(prefix="/console/matches", include_in_schema=False)
Seeing = Annotated[Present, Depends(signed_in("clerk", "operator", "auditor"), scope="function")]
Deciding = Annotated[Present, Depends(signed_in("clerk", "operator"), scope="function")]
STATES = cast(tuple[Status, ...], get_args(Status))
TONES: dict[str, Tone] = {"open": "warn", "accepted": "info", "confirmed": "ok", "taken_back": "bad"}
GRADE_TONES: dict[str, Tone] = {"high": "ok", "middle": "info", "low": "quiet"}
LEVELS = ("same", "begins", "near", "city", "other")
PARTS = ("brand", "trade", "place", "form", "district")
MATCHES = TableSpec(
    "matches",
    (
        Column("name", "match-name"),
        Column("agency", "agency", optional=True),
        Column("records", "match-records", kind="number"),
        Column("enterprise", "match-enterprise"),
        Column("grade", "match-grade"),
        Column("state", "how-it-stands"),
    ),
    (Filter("state", "how-it-stands", options=STATES, prefix="match-state-"),),
)


@router.get("")
async def show_all(
    request: Request, units: Units, protector: TheProtector, present: Seeing,
    asked: Annotated[TableQuery, Depends(table_query(MATCHES))],
) -> Response:  # fmt: skip
    """List what waits, the surest first: to a clerk the agency's own, to operators and auditors all of it."""
    words, status = words_of(request), cast(Status | None, asked.filters["state"] or None)
    async with units.begin("match.list", acting(present)) as work:
        rows = await read_proposals(work, protector, status=status, offset=asked.offset, limit=asked.limit)
        total, waiting = await count_proposals(work, status), await count_proposals(work)
        run = await last_run(work.session)
    table = Table(MATCHES, asked, [_cells(words, row) for row in rows], total=total)
    return await show_table(request, units, present, "matches", table, waiting=waiting, run=run)


@router.get("/{proposal_id}")
async def show(request: Request, proposal_id: UUID, units: Units, protector: TheProtector, present: Seeing) -> Response:
    """Show one proposal: both names beside each other, and how each of their parts compares."""
    return await _page(request, units, protector, present, proposal_id)


@router.post("/{proposal_id}/{decision}")
async def decide_proposal(
    request: Request, proposal_id: UUID, decision: Decision, units: Units, protector: TheProtector,
    present: Deciding, typed: SignedForm,
) -> Response:  # fmt: skip
    """Record what a person decides; what cannot be done says why on the same page."""
    reason = typed.get("reason", "").strip()
    if not SHORTEST <= len(reason) <= LONGEST:
        form = Form(typed, {"": words_of(request)("op-wrong-reason")})
        return await _page(request, units, protector, present, proposal_id, form, 400)
    try:
        async with units.begin("match.decide", acting(present)) as work:
            await decide(work, proposal_id, decision, reason)
    except DeniedError as fault:
        if fault.denial.reason == "match-not-found":
            raise PageError("not-found", 404) from fault
        row = ERRORS[fault.denial.reason]
        said = words_of(request).half(fault.denial.detail or row.title)
        return await _page(request, units, protector, present, proposal_id, Form(typed, {"": said}), row.status)
    return RedirectResponse(f"/console/matches/{proposal_id}", 303)


async def _page(
    request: Request, units: UnitsOfWork, protector: TheProtector, present: Present, proposal_id: UUID,
    form: Form | None = None, status: int = 200,
) -> Response:  # fmt: skip
    words = words_of(request)
    try:
        async with units.begin("match.show", acting(present)) as work:
            one, others = await read_proposal(work, protector, proposal_id)
            actors = [name for name in (one.proposal.accepted_by, one.proposal.decided_by) if name]
            people = await sender_names(work, words, actors)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    may = [decision for decision, states in FROM.items() if one.proposal.status in states]
    if one.proposal.accepted_by == acting(present).name:
        may = [decision for decision in may if decision != "confirm"]
    if not any(other.proposal.status in WAITING for other in others):
        may = [decision for decision in may if decision != "reject-all"]
    return page(
        request, "match", present, status=status, form=form or Form(), one=one, proposal=one.proposal, others=others,
        people=people, may=may if present.role != "auditor" else [], tone=TONES.get(one.proposal.status, "quiet"),
        datasets=_datasets(words, one), tones=TONES, grade_tone=GRADE_TONES[one.grade], right=GRADES[one.grade][1],
        parts=PARTS,
    )  # fmt: skip


def _cells(words: Words, row: Shown) -> list[Content]:
    one, sample = row.proposal, row.sample
    return [
        Cell(name_of(words, row), f"/console/matches/{one.proposal_id}", sub=_datasets(words, row)),
        words.titles.agency(one.agency),
        sample.records if sample else None,
        Cell(row.registered or words("match-name-sealed"), sub=row.uscc or ""),
        Cell(words(f"match-grade-{row.grade}"), tone=GRADE_TONES[row.grade]),
        Cell(words(f"match-state-{one.status}"), tone=TONES.get(one.status, "quiet")),
    ]


def _datasets(words: Words, row: Shown) -> str:
    return words.listed(words.titles.dataset(name) for name in row.sample.datasets) if row.sample else ""


def name_of(words: Words, row: Shown) -> str:
    """Return the name in the records, or why it is not shown."""
    if row.sample is None:
        return words("match-name-gone")
    return row.sample.name or words("match-name-sealed")
