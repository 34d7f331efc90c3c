"""How early the watch was, at the console: by type, and enterprise by enterprise."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, Tone, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import OverseerPresent
from gateway.people.listing import show_table
from gateway.risk.naming import enterprise
from gateway.risk_analysis.charts import lead_chart
from gateway.risk_analysis.documents import decimal_of
from gateway.risk_analysis.lead import Lead, LeadOfType, read_leads
from gateway.risk_analysis.page_period import DAYS, OF_TYPE, period_asked
from gateway.web.dependencies import Units
from gateway.web.router import Router
from risk_monitor.names import LEVELS

router = Router(prefix="/console/risk-lead", include_in_schema=False)
STATES: Mapping[str, Tone] = {"acted": "ok", "earlier": "quiet", "none": "warn"}
FROM_LEVEL = Filter("level", "risk-lead-from", options=LEVELS, prefix="risk-level-")
LEAD = TableSpec(
    "risk_lead",
    (
        Column("type", "risk-type"), Column("number", "risk-lead-acted", kind="number"),
        Column("median", "risk-lead-median", kind="number"), Column("lower", "risk-lead-lower", kind="number"),
        Column("upper", "risk-lead-upper", kind="number"), Column("least", "risk-lead-least", kind="number"),
        Column("most", "risk-lead-most", kind="number"), Column("earlier", "risk-lead-earlier", kind="number"),
        Column("none", "risk-lead-none", kind="number"),
    ),
    (FROM_LEVEL, *DAYS),
)  # fmt: skip
LEADS = TableSpec(
    "risk_leads",
    (
        Column("enterprise", "risk-enterprise", sortable=True), Column("type", "risk-type", sortable=True),
        Column("first", "risk-lead-first", kind="time", sortable=True), Column("act", "risk-act"),
        Column("day", "risk-act-day", kind="time"), Column("days", "risk-lead-days", kind="number", sortable=True),
    ),
    (Filter("state", "risk-act", options=tuple(STATES), prefix="risk-lead-state-"), OF_TYPE, FROM_LEVEL, *DAYS),
)  # fmt: skip


@router.get("")
async def lead(
    request: Request, units: Units, present: OverseerPresent, asked: Annotated[TableQuery, Depends(table_query(LEAD))]
) -> Response:
    """Show how many days lay between, by type."""
    words, level = words_of(request), asked.filters["level"] or LEVELS[0]
    async with units.begin("risk.lead_show", acting(present)) as work:
        found = await read_leads(work, period_asked(asked.filters, work.now), level)
    table = in_memory(LEAD, asked, found.types, cells=lambda one: _of_type(words, one), keys={})
    chart = lead_chart(words, found.types)
    behind = f"/console/risk-lead/enterprises?level={level}&since={found.period.first}&until={found.period.last}"
    return await show_table(
        request, units, present, "risk_lead", table, found=found, chart=chart, behind=behind,
        scripts=("charts",) if chart else (),
    )  # fmt: skip


@router.get("/enterprises")
async def leads(
    request: Request, units: Units, present: OverseerPresent, asked: Annotated[TableQuery, Depends(table_query(LEADS))]
) -> Response:
    """Show when each came to the level, and what was done upon it and when."""
    words, wanted = words_of(request), asked.filters
    async with units.begin("risk.leads_show", acting(present)) as work:
        found = await read_leads(work, period_asked(wanted, work.now), wanted["level"] or LEVELS[0])
    chosen = [one for one in found.leads if wanted["state"] in {"", one.state} and wanted["type"] in {"", one.type}]
    table = in_memory(
        LEADS, asked, chosen, cells=lambda one: _lead(words, one),
        keys={
            "enterprise": lambda one: one.subject.name or one.subject.uscc or "", "type": lambda one: one.type,
            "first": lambda one: one.first, "days": lambda one: one.days,
        },
    )  # fmt: skip
    title = words("risk-lead-each")
    return await show_table(
        request, units, present, "risk_behind", table, title=title, period=found.period, crumbs=[(title, "")],
    )  # fmt: skip


def _of_type(words: Words, one: LeadOfType) -> list[Content]:
    name = words(f"risk-type-{one.type}") if one.type else words("all")
    days = one.days
    if days is None:
        return [name, 0, None, None, None, None, None, one.earlier, one.none]
    quartiles = [f"{decimal_of(part):g}" for part in (days.median, days.lower, days.upper)]
    return [name, days.number, *quartiles, days.least, days.most, one.earlier, one.none]


def _lead(words: Words, one: Lead) -> list[Content]:
    said = words(f"risk-act-{one.done.act}") if one.done else words(f"risk-lead-state-{one.state}")
    return [
        enterprise(words, one.subject), words(f"risk-type-{one.type}"), words.day(one.first),
        Cell(said, tone=STATES[one.state]), words.day(one.done.day) if one.done else None, one.days,
    ]  # fmt: skip
