"""The one search box: a page of what was found, or the very page of what was meant."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from connectors.personal.sealing import Protector
from gateway.console.render import page
from gateway.console.words import words_of
from gateway.overview.search import search
from gateway.people.acting import acting
from gateway.people.guard import Anyone
from gateway.web.dependencies import Units, part
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
TheProtector = Annotated[Protector, Depends(part("protector"))]


@router.get("/search")
async def show(request: Request, units: Units, protector: TheProtector, present: Anyone, q: str = "") -> Response:
    """Go to the only thing that is what was typed; else show all that was found by kind, or what could be tried."""
    async with units.begin("search", acting(present)) as work:
        found = await search(work, protector, present.role, q)
    if found.straight_to:
        return RedirectResponse(found.straight_to, 303)
    titles = words_of(request).titles
    named = {"agency": titles.agency, "dataset": titles.dataset}
    groups = [
        (one, [(hit.name or named.get(one.kind, str)(hit.id), hit.note, path)
               for hit, path in zip(one.hits, one.paths, strict=True)])
        for one in found.found
    ]  # fmt: skip
    return page(request, "search", present, sought=found.said.text, groups=groups, kinds=found.kinds)
