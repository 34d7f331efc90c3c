"""Held submissions on the console: what waits, what would be lost by accepting one, and the decision."""

from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from connectors.model.two_languages import in_language
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Filter, Table, TableQuery, TableSpec, Tone, table_query
from gateway.console.words import Words, words_of
from gateway.intake.accepting import accept_held
from gateway.intake.held import discard_held, read_held_page
from gateway.intake.held_preview import decisions_of, preview_held
from gateway.intake.routes import TheIntake
from gateway.intake.tables import HeldSubmission
from gateway.people.acting import acting
from gateway.people.guard import SignedForm, signed_in
from gateway.people.listing import show_table
from gateway.people.naming import sender_names
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.error_table import ERRORS
from gateway.web.router import Router

router = Router(prefix="/console/held", include_in_schema=False)
STATES = ("waiting", "accepted", "discarded", "expired")
TONES: Mapping[str, Tone] = {"waiting": "warn", "accepted": "ok", "discarded": "quiet", "expired": "quiet"}
HELD = TableSpec(
    "held",
    (
        Column("dataset", "dataset"),
        Column("agency", "agency", optional=True),
        Column("differs", "differs"),
        Column("sender", "sent-by"),
        Column("held", "held-at", "time"),
        Column("expires", "expires", "time"),
        Column("state", "how-it-stands"),
    ),
    (Filter("state", "how-it-stands", "choice", STATES, prefix="held-state-"),),
)
Decider = Annotated[Present, Depends(signed_in("system", "clerk"), scope="function")]


@router.get("")
async def show_all(
    request: Request, units: Units, present: Decider, asked: Annotated[TableQuery, Depends(table_query(HELD))]
) -> Response:
    """List what is held and what was: the agency's own, or all to administrators."""
    words = words_of(request)
    async with units.begin("held.list", acting(present)) as work:
        _, waiting = await read_held_page(work, "waiting", 0, 1)
        rows, total = await read_held_page(work, asked.filters["state"], asked.offset, asked.limit)
        senders = await sender_names(work, words, [row.actor for row in rows])
    table = Table(HELD, asked, [_cells(words, row, senders) for row in rows], total=total)
    return await show_table(request, units, present, "held_list", table, waiting=waiting)


@router.get("/{held_id}")
async def show(request: Request, held_id: UUID, units: Units, intake: TheIntake, present: Decider) -> Response:
    """Show a held submission: what differs, what would be lost, its first rows as they would be stored."""
    return await _page(request, units, intake, present, held_id)


@router.post("/{held_id}/{decision}")
async def decide(
    request: Request, held_id: UUID, decision: Literal["accept", "accept-part", "discard"], units: Units,
    intake: TheIntake, present: Decider, _form: SignedForm,
) -> Response:  # fmt: skip
    """Accept a held submission and lead to its batch, or throw it away; what was decided already is shown so."""
    try:
        if decision != "discard":
            batch = await accept_held(units, acting(present), intake, held_id, part=decision == "accept-part")
            return RedirectResponse(f"/console/uploads/{batch.batch_id}", 303)
        await discard_held(units, acting(present), intake.spool, held_id)
    except DeniedError as fault:
        if fault.denial.reason == "held-not-found":
            raise PageError("held-not-found", 404) from fault
        return await _page(request, units, intake, present, held_id, fault=fault)
    return RedirectResponse(f"/console/held/{held_id}", 303)


async def _page(
    request: Request, units: UnitsOfWork, intake: TheIntake, present: Present, held_id: UUID, *,
    fault: DeniedError | None = None,
) -> Response:  # fmt: skip
    """Show one; `fault` says why something was not done. Raises PageError where it is not theirs to see."""
    try:
        preview = await preview_held(units, acting(present), intake, held_id)
    except DeniedError as denied:
        raise PageError("held-not-found", 404) from denied
    words, held = words_of(request), preview.held
    async with units.begin("held.senders", acting(present)) as work:
        people = await sender_names(work, words, [name for name in (held.actor, held.decided_by) if name])
    lost = [finding for finding in held.findings if finding.get("values")]
    return page(
        request, "held", present, status=ERRORS[fault.denial.reason].status if fault else 200, preview=preview,
        held=held, lost=lost, tone=TONES[held.status], people=people, said=in_language, decisions=decisions_of(held),
        fault=words.half(fault) if fault else "",
    )  # fmt: skip


def _cells(words: Words, row: HeldSubmission, senders: Mapping[str, str]) -> list[Cell | str | int | None]:
    differs = words.either("；", "; ")
    return [
        Cell(words.titles.dataset(row.dataset), f"/console/held/{row.held_id}", sub=row.sender_batch),
        words.titles.agency(row.agency),
        differs.join(finding[words.language] for finding in row.findings[:3]),
        senders[row.actor],
        words.moment(row.held_at),
        words.moment(row.expires_at) if row.status == "waiting" else None,
        Cell(words(f"held-state-{row.status}"), tone=TONES[row.status]),
    ]
