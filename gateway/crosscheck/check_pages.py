"""One check on its page: what was proposed and decided, both commitments, and who was found, also as a file."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.console.form import Form
from gateway.console.render import PageError
from gateway.console.table import Cell, Column, Content, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import NOTHING, Words, words_of
from gateway.crosscheck.pages import PLACE, TONES
from gateway.crosscheck.reading import FoundOne, Shown, read_check, state_of
from gateway.people.acting import acting
from gateway.people.guard import OverseerPresent
from gateway.people.listing import show_table
from gateway.people.naming import sender_names
from gateway.risk.pages import TONES as LEVEL_TONES
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Units
from gateway.web.router import Router
from risk_monitor.watch import rank_of

router = Router(prefix=PLACE, include_in_schema=False)
FOUND = TableSpec(
    "crosscheck",
    (
        Column("enterprise", "risk-enterprise", sortable=True), Column("level", "risk-level", sortable=True),
        Column("types", "risk-type"), Column("lists", "crosscheck-on-lists"),
    ),
)  # fmt: skip


@router.get("/{check_id}")
async def show(
    request: Request, units: Units, present: OverseerPresent, check_id: UUID,
    asked: Annotated[TableQuery, Depends(table_query(FOUND))],
) -> Response:  # fmt: skip
    """Show a check, and whom it found."""
    words = words_of(request)
    try:
        async with units.begin("crosscheck.show", acting(present)) as work:
            shown = await read_check(work, check_id)
            check = shown.check
            people = await sender_names(work, words, [one for one in (check.proposed_by, check.decided_by) if one])
            state = state_of(check, work.now)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    table = in_memory(
        FOUND, asked, shown.found, cells=lambda one: _cells(words, shown, one),
        keys={"enterprise": lambda one: one.name or one.code, "level": lambda one: rank_of(one.level)},
    )  # fmt: skip
    decides = state == "proposed" and check.proposed_person != present.person_id
    return await show_table(
        request, units, present, "crosscheck", table, check=check, lists=shown.lists, people=people, state=state,
        form=Form(), tone=TONES[state], decides=decides, waits_for_another=state == "proposed" and not decides,
        place=f"{PLACE}/{check_id}", crumbs=[(check.purpose, "")],
    )  # fmt: skip


def _cells(words: Words, shown: Shown, one: FoundOne) -> list[Content]:
    on = [shown.lists[at].supervisor for at in one.lists] or [shown.check.counterpart or ""]
    return [
        Cell(one.name or words("risk-unnamed"), href=f"/console/subjects/{one.code}/risks", sub=one.code),
        Cell(words(f"risk-level-{one.level}"), tone=LEVEL_TONES[one.level]),
        words.listed(words(f"risk-type-{kind}") for kind in one.types),
        words.listed(on) or NOTHING,
    ]
