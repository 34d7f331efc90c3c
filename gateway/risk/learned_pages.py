"""What the model foretells, and drift, at the console: for those who oversee."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.console.render import page
from gateway.console.table import Column, Content, TableQuery, TableSpec, Tone, in_memory, table_query
from gateway.console.words import NOTHING, Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import OverseerPresent
from gateway.people.listing import show_table
from gateway.risk.learned_reading import LITTLE, MUCH, POINTS, LearnedRisk, read_drift, read_learned
from gateway.risk.measure_words import words_of_measure
from gateway.risk.naming import enterprise
from gateway.watches.in_force import rules_in_force
from gateway.watches.outline import percent
from gateway.web.dependencies import Units
from gateway.web.router import Router
from risk_monitor.names import KINDS

router = Router(prefix="/console/risks", include_in_schema=False)
LEARNED = TableSpec(
    "risks-learned",
    (
        Column("place", "learned-place", kind="number", sortable=True), Column("enterprise", "risk-enterprise"),
        Column("chance", "learned-chance", kind="number", sortable=True), Column("reasons", "learned-reasons"),
        Column("levels", "learned-levels"),
    ),
    (),
)  # fmt: skip


@router.get("/learned")
async def learned(
    request: Request,
    units: Units,
    present: OverseerPresent,
    asked: Annotated[TableQuery, Depends(table_query(LEARNED))],
) -> Response:
    """Show whom the model has look at first."""
    words = words_of(request)
    async with units.begin("risks.show", acting(present)) as work:
        found = await read_learned(work)
    table = in_memory(
        LEARNED, asked, found, cells=lambda one: _learned(words, one),
        keys={"place": lambda one: one.found.place, "chance": lambda one: one.found.chance_ppm},
    )  # fmt: skip
    return await show_table(request, units, present, "risks_learned", table, crumbs=[(words("learned-title"), "")])


@router.get("/drift")
async def drift(request: Request, units: Units, present: OverseerPresent) -> Response:
    """Show how far each measure is from the first day of what is in force."""
    words = words_of(request)
    async with units.begin("risks.show", acting(present)) as work:
        found = await read_drift(work)
        named = {point.id: words.either(point.name.zh, point.name.en) for point in
                 (await rules_in_force(work.session)).points}  # fmt: skip
    named |= {kind: words(f"risk-type-{kind}") for kind in KINDS} | {POINTS: words("drift-model")}
    rows = [(named.get(name, name), psi, _tone(psi)) for name, psi in found.measures]
    return page(request, "risks_drift", present, drift=found, rows=rows, crumbs=[(words("drift-title"), "")])


def _tone(psi: int | None) -> Tone:
    if psi is None or psi < LITTLE:
        return "ok"
    return "warn" if psi < MUCH else "bad"


def _learned(words: Words, one: LearnedRisk) -> list[Content]:
    reasons = [words.either(*words_of_measure(name).values()) + f" +{points}" for name, _, points in one.found.reasons]
    levels = [f"{words(f'risk-type-{kind}')} {words(f'risk-level-{level}')}" for kind, level in one.levels]
    return [
        one.found.place,
        enterprise(words, one.subject),
        percent(one.found.chance_ppm) or NOTHING,
        words.listed(reasons) or NOTHING,
        words.listed(levels) or words("learned-no-level"),
    ]
