"""Risks at the console, for those who oversee: whom to look at first, and why."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.console.chart import Chart, Series
from gateway.console.chart import Tone as Drawn
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, Tone, in_memory, table_query
from gateway.console.words import NOTHING, Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import OverseerPresent
from gateway.people.listing import show_table
from gateway.risk.naming import enterprise
from gateway.risk.reading import Risk, read_risks
from gateway.watches.outline import percent
from gateway.web.dependencies import Units
from gateway.web.router import Router
from risk_monitor.names import KINDS, LEVELS
from risk_monitor.watch import rank_of

router = Router(prefix="/console", include_in_schema=False)
TONES: dict[str, Tone] = {"notice": "info", "warning": "warn", "restriction": "bad"}
DRAWN: dict[str, Drawn] = {"notice": "1", "warning": "warn", "restriction": "bad"}
RISKS = TableSpec(
    "risks",
    (
        Column("enterprise", "risk-enterprise", sortable=True), Column("level", "risk-level", sortable=True),
        Column("type", "risk-type", sortable=True), Column("score", "risk-score", kind="number", sortable=True),
        Column("points", "risk-points"), Column("since", "risk-since", kind="time", sortable=True),
        Column("learned", "learned-chance", sortable=True),
    ),
    (
        Filter("type", "risk-type", options=KINDS, prefix="risk-type-"),
        Filter("level", "risk-level", options=LEVELS, prefix="risk-level-"),
        Filter("changed", "risk-changed", options=("today",), prefix="risk-changed-"),
    ),
)  # fmt: skip


@router.get("/risks")
async def risks(
    request: Request, units: Units, present: OverseerPresent, asked: Annotated[TableQuery, Depends(table_query(RISKS))]
) -> Response:
    """Show who is at risk, those to look at first first."""
    words, wanted = words_of(request), asked.filters
    async with units.begin("risks.show", acting(present)) as work:
        found = await read_risks(work)
    day = found.day
    chosen = [
        one for one in found.risks
        if wanted["type"] in {"", one.kind.id} and wanted["level"] in {"", one.level}
        and (not wanted["changed"] or (day is not None and one.holds_from == day.as_of))
    ]  # fmt: skip
    table = in_memory(
        RISKS, asked, chosen, cells=lambda one: _risk(words, one),
        keys={
            "enterprise": lambda one: one.subject.name or one.subject.uscc or "",
            "level": lambda one: rank_of(one.level), "type": lambda one: one.kind.id,
            "score": lambda one: one.score, "since": lambda one: one.holds_from,
            "learned": lambda one: one.learned.chance_ppm if one.learned else -1,
        },
    )  # fmt: skip
    spread = _spread(words, found.risks)
    return await show_table(
        request, units, present, "risks", table, day=day, spread=spread,
        scripts=("charts",) if spread else (),
    )  # fmt: skip


def _risk(words: Words, one: Risk) -> list[Content]:
    named = [words.either(found.point.name.zh, found.point.name.en) for found in one.points]
    raised = words("risk-before", level=words(f"risk-level-{one.before_level}")) if one.before_level else ""
    return [
        enterprise(words, one.subject),
        Cell(words(f"risk-level-{one.level}"), tone=TONES[one.level], sub=raised),
        words(f"risk-type-{one.kind.id}"),
        one.score,
        words.listed(named) or NOTHING,
        words.day(one.holds_from),
        Cell(percent(one.learned.chance_ppm) or NOTHING, sub=words("learned-place-of", place=one.learned.place))
        if one.learned
        else NOTHING,
    ]


def _spread(words: Words, found: Sequence[Risk]) -> Chart | None:
    """Return how many stand at each level of each type; None where nobody does."""
    if not found:
        return None
    counts = {
        kind: [sum(one.kind.id == kind and one.level == level for one in found) for level in LEVELS] for kind in KINDS
    }
    most = max(KINDS, key=lambda kind: sum(counts[kind]))
    finding = words("risk-most", type=words(f"risk-type-{most}"), number=words.number(sum(counts[most])))
    series = [
        Series(words(f"risk-level-{level}"), [counts[kind][at] for kind in KINDS], DRAWN[level])
        for at, level in enumerate(LEVELS)
    ]
    return Chart("risks", "across", finding, [words(f"risk-type-{kind}") for kind in KINDS], series, stacked=True)
