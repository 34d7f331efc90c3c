"""The regulator's pages: how the whole stands, in the shell and on a wall."""

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request
from fastapi.responses import Response

from connectors.catalogue.load import get_catalogue
from gateway.console.render import page
from gateway.console.words import Words, words_of
from gateway.overview.charts import (
    by_band,
    by_category,
    by_hour,
    by_institution,
    by_reason,
    first_line,
    platform_names,
)
from gateway.overview.figures import DAYS, Overview, read_overview, take_figures
from gateway.overview.flow import Node, drawn, flow_of
from gateway.overview.protection import FEWEST
from gateway.people.acting import acting
from gateway.people.guard import signed_in
from gateway.people.sessions import Present
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
OverseerPresent = Annotated[Present, Depends(signed_in("regulator", "auditor"))]
LATE_SHOWN = 8


@router.get("/overview")
async def overview(request: Request, units: Units, present: OverseerPresent) -> Response:
    """Show the figures with a chart for each and a table behind it."""
    async with units.begin("overview.show", acting(present)) as work:
        found = await read_overview(work, "overview")
    words = words_of(request)
    flow = flow_of(found)
    platforms = platform_names(words, found)
    names = {node.id: _name(words, node, platforms) for node in flow.nodes}
    return page(
        request, "overview", present, scripts=("charts", "graph"), flow=flow, names=names,
        graph=orjson.dumps(drawn(flow, names)).decode().replace("<", "\\u003c"), **_shown(words, found),
    )  # fmt: skip


@router.get("/wall")
async def wall(request: Request, units: Units, present: OverseerPresent) -> Response:
    """Show them on a screen of their own, which asks for them again and again."""
    async with units.begin("overview.wall", acting(present)) as work:
        found = await read_overview(work, "wall")
    return page(request, "wall", present, scripts=("charts",), **_shown(words_of(request), found))


@router.get("/wall/now")
async def now(request: Request, units: Units, present: OverseerPresent) -> Response:
    """Return what stands on the wall as it is by now: a part of the page whose opening was recorded."""
    async with units.begin("overview.now", acting(present)) as work:
        found = await take_figures(work)
    return page(request, "wall_now", present, **_shown(words_of(request), found))


def _shown(words: Words, found: Overview) -> dict[str, Any]:
    return {
        "found": found, "days": DAYS, "fewest": FEWEST, "said": first_line(words, found),
        "late": found.late[:LATE_SHOWN], "fresh": found.newest[: max(0, LATE_SHOWN - len(found.late))],
        "platforms": platform_names(words, found), "records": by_category(words, found),
        "hours": by_hour(words, found), "bands": by_band(words, found),
        "institutions": by_institution(words, found), "denials": by_reason(words, found),
        "asking": sum(1 for one in found.institutions if one.asked),
        "sent": sum(one.sent for one in found.platforms), "receipts": sum(one.receipts for one in found.platforms),
    }  # fmt: skip


def _name(words: Words, node: Node, platforms: Mapping[str, str]) -> str:
    if node.side == "gateway":
        return words("product")
    if node.side == "data":
        title = get_catalogue().categories.get(node.code)
        return words("flow-others") if title is None else str(getattr(title, words.language))
    if node.side == "institution":
        return words(f"flow-class-{node.code}")
    return platforms[node.code]
