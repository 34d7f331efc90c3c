"""The funnel at the console: its figures, group by group, each leading to the enterprises behind it."""

from collections.abc import Sequence
from typing import Annotated, cast
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import OverseerPresent
from gateway.people.listing import show_table
from gateway.risk.naming import enterprise
from gateway.risk.pages import TONES
from gateway.risk_analysis.behind import STAGES, Behind, Stage, read_behind
from gateway.risk_analysis.charts import funnel_chart, groups_chart
from gateway.risk_analysis.chosen import Chosen
from gateway.risk_analysis.funnel import BY, By, Funnel, Stages, read_funnel
from gateway.risk_analysis.months import days_of
from gateway.risk_analysis.naming import division_name, group_name, section_name
from gateway.risk_analysis.page_period import DAYS, OF_TYPE, chosen_asked
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/risk-funnel", include_in_schema=False)
FUNNEL = TableSpec(
    "risk_funnel",
    (
        Column("group", "risk-group"), Column("judged", "risk-judged", kind="number"),
        Column("suspect", "risk-suspect", kind="number"), Column("opened", "risk-opened-cases", kind="number"),
        Column("confirmed", "risk-confirmed", kind="number"), Column("handled", "risk-handled", kind="number"),
        Column("share", "risk-handled-share", kind="number"),
    ),
    (Filter("by", "risk-by", options=BY, prefix="risk-by-"), OF_TYPE, *DAYS),
)  # fmt: skip
BEHIND = TableSpec(
    "risk_behind",
    (
        Column("enterprise", "risk-enterprise", sortable=True), Column("type", "risk-type", sortable=True),
        Column("level", "risk-level"), Column("score", "risk-score", kind="number", sortable=True),
        Column("since", "risk-since", kind="time", sortable=True), Column("division", "risk-by-division"),
        Column("section", "risk-by-section"), Column("confirmed", "risk-confirmed", kind="time"),
        Column("closed", "risk-closed", kind="time"),
    ),
    (
        Filter("stage", "risk-stage", options=STAGES, prefix="risk-stage-"), OF_TYPE,
        Filter("division", "risk-division-code", kind="text"), Filter("section", "risk-section-letter", kind="text"),
        *DAYS,
    ),
)  # fmt: skip


@router.get("")
async def funnel(
    request: Request, units: Units, present: OverseerPresent, asked: Annotated[TableQuery, Depends(table_query(FUNNEL))]
) -> Response:
    """Show how the watch narrows from judged to handled."""
    words, by = words_of(request), cast(By, asked.filters["by"] or "division")
    async with units.begin("risk.funnel_show", acting(present)) as work:
        found = await read_funnel(work, chosen_asked(asked.filters, work.now), by)
    table = in_memory(FUNNEL, asked, found.groups, cells=lambda one: _stages(words, found, one), keys={})
    groups = groups_chart(words, found)
    return await show_table(
        request, units, present, "risk_funnel", table, found=found, total=_figures(words, found), groups=groups,
        chart=funnel_chart(words, found) if found.total.suspect else None, scripts=("charts",),
        outcomes=_outcomes(words, found),
    )  # fmt: skip


@router.get("/enterprises")
async def behind(
    request: Request, units: Units, present: OverseerPresent, asked: Annotated[TableQuery, Depends(table_query(BEHIND))]
) -> Response:
    """Show who is behind a figure."""
    words, stage = words_of(request), cast(Stage, asked.filters["stage"] or "suspect")
    async with units.begin("risk.behind_show", acting(present)) as work:
        chosen = chosen_asked(asked.filters, work.now)
        found = await read_behind(work, chosen, stage)
    table = in_memory(
        BEHIND, asked, found, cells=lambda one: _behind(words, one),
        keys={
            "enterprise": lambda one: one.subject.name or one.subject.uscc or "", "type": lambda one: one.type,
            "score": lambda one: one.score, "since": lambda one: one.since,
        },
    )  # fmt: skip
    return await show_table(
        request, units, present, "risk_behind", table, title=words(f"risk-stage-{stage}"), period=chosen.period,
        crumbs=[(words(f"risk-stage-{stage}"), "")],
    )  # fmt: skip


def _stages(words: Words, found: Funnel, one: Stages) -> list[Content]:
    share = one.handled_percent
    return [
        group_name(words, found.by, one.key), one.judged, _cell(found, one, "suspect"), _cell(found, one, "opened"),
        _cell(found, one, "confirmed"), _cell(found, one, "handled"), f"{share}%" if share is not None else None,
    ]  # fmt: skip


def _figures(words: Words, found: Funnel) -> Sequence[tuple[str, str, str, str]]:
    """Return each figure of all together: its label, itself, where it leads, and what is said below."""
    total = found.total
    counts: Sequence[tuple[Stage, str, int]] = (
        ("suspect", "risk-suspect", total.suspect), ("opened", "risk-opened-cases", total.opened),
        ("confirmed", "risk-confirmed", total.confirmed), ("handled", "risk-handled", total.handled),
    )  # fmt: skip
    share = total.handled_percent
    said = {"handled": words("risk-handled-of", share=f"{share}%") if share is not None else ""}
    figures = [
        (words(label), words.number(count), _address(found.chosen, stage), said.get(stage, ""))
        for stage, label, count in counts
    ]
    return [(words("risk-judged"), words.number(total.judged), "", ""), *figures]


def _outcomes(words: Words, found: Funnel) -> Sequence[tuple[str, str]]:
    return [(words(f"case-outcome-{outcome}"), words.number(cases)) for outcome, cases in found.outcomes.items()]


def _cell(found: Funnel, one: Stages, stage: Stage) -> Content:
    count: int = getattr(one, stage)
    if not count:
        return 0
    chosen = found.chosen
    if found.by == "month":
        period = days_of(one.key, chosen.period)
        newly: Stage = "new" if stage == "suspect" else stage
        return Cell(str(count), href=_address(Chosen(period, chosen.type), newly))
    narrowed = {"type": chosen.type, found.by: one.key}
    return Cell(str(count), href=_address(Chosen(chosen.period, **narrowed), stage))


def _address(chosen: Chosen, stage: Stage) -> str:
    asked = {
        "stage": stage, "type": chosen.type, "division": chosen.division, "section": chosen.section,
        "since": chosen.period.first.isoformat(), "until": chosen.period.last.isoformat(),
    }  # fmt: skip
    return f"/console/risk-funnel/enterprises?{urlencode({key: value for key, value in asked.items() if value})}"


def _behind(words: Words, one: Behind) -> list[Content]:
    return [
        enterprise(words, one.subject), words(f"risk-type-{one.type}"),
        Cell(words(f"risk-level-{one.level}"), tone=TONES[one.level]), one.score, words.day(one.since),
        division_name(words, one.division), section_name(words, one.section),
        words.day(one.confirmed_on) if one.confirmed_on else None,
        Cell(words.day(one.closed_on), sub=words(f"case-outcome-{one.outcome}")) if one.closed_on else None,
    ]  # fmt: skip
