"""The wall of the risk watch: a page of its own that asks for its figures again and again."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from connectors.model.calendar import day_of
from gateway.console.render import page
from gateway.console.words import NOTHING, Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import OverseerPresent
from gateway.risk.pages import TONES
from gateway.risk_analysis.chosen import NOWHERE
from gateway.risk_analysis.naming import division_name, section_name
from gateway.risk_analysis.wall import DAYS, Wall, read_wall, take_wall
from gateway.web.dependencies import Units
from gateway.web.router import Router
from risk_monitor.names import KINDS, LEVELS

router = Router(prefix="/console/risk-wall", include_in_schema=False)
MOST_DIVISIONS = 12
MOST_MONTHS = 8


@router.get("")
async def wall(request: Request, units: Units, present: OverseerPresent) -> Response:
    """Show the figures on a screen of their own."""
    async with units.begin("risk.wall", acting(present)) as work:
        found = await read_wall(work)
    return page(request, "risk_wall", present, **_shown(words_of(request), found))


@router.get("/now")
async def now(request: Request, units: Units, present: OverseerPresent) -> Response:
    """Return what stands on the wall as it is by now: a part of the page whose opening was recorded."""
    async with units.begin("risk.wall_now", acting(present)) as work:
        found = await take_wall(work)
    return page(request, "risk_wall_now", present, **_shown(words_of(request), found))


def _shown(words: Words, found: Wall) -> dict[str, Any]:
    total = found.divisions.total
    groups = [one for one in found.divisions.groups if one.suspect or one.opened][:MOST_DIVISIONS]
    months = found.months.groups[-MOST_MONTHS:]
    stages = [
        (words("risk-suspect"), total.suspect), (words("risk-opened-cases"), total.opened),
        (words("risk-confirmed"), total.confirmed), (words("risk-handled"), total.handled),
    ]  # fmt: skip
    share = total.handled_percent
    return {
        "found": found, "today": found.day is not None and found.day.as_of == day_of(found.at), "kinds": KINDS,
        "levels": LEVELS, "tones": TONES, "share": f"{share}%" if share is not None else NOTHING, "stages": stages,
        "most_stage": max(1, *(count for _, count in stages)),
        "divisions": [(division_name(words, one.key), one) for one in groups],
        "most_division": max([1, *(one.suspect for one in groups)]),
        "months": months, "most_month": max([1, *(one.suspect for one in months)]), "days": DAYS,
        "changes": [
            (one, " · ".join([division_name(words, one.division), *_section(words, one.section)]))
            for one in found.changes
        ],
        "outcomes": [(words(f"case-outcome-{name}"), cases) for name, cases in found.divisions.outcomes.items()],
    }  # fmt: skip


def _section(words: Words, letter: str) -> list[str]:
    return [] if letter == NOWHERE else [section_name(words, letter)]
