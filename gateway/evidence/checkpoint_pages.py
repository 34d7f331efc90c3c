"""The log's signed heads at the console, and the proof that one continues another, for the browser to check."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response

from gateway.console.render import page
from gateway.console.words import words_of
from gateway.evidence.browser_check import check_context
from gateway.evidence.growth import list_heads, prove_heads, read_standing
from gateway.people.acting import acting
from gateway.people.guard import AuditorPresent
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/audit/checkpoints", include_in_schema=False)
MOST_SHOWN = 50
Size = Annotated[int, Query(ge=1, lt=1 << 53)]


@router.get("")
async def checkpoints(request: Request, units: Units, present: AuditorPresent, before: Size | None = None) -> Response:
    """Show the newest checkpoints, or those that cover fewer than `before` entries."""
    async with units.begin("checkpoints.show", acting(present)) as work:
        standing = await read_standing(work)
        heads = await list_heads(work, before=before, limit=MOST_SHOWN + 1)
    return page(
        request, "audit_checkpoints", present, scripts=("verify_page",), standing=standing, heads=heads[:MOST_SHOWN],
        older=heads[MOST_SHOWN - 1].size if len(heads) > MOST_SHOWN else None, before=before,
        **check_context(words_of(request)),
    )  # fmt: skip


@router.get("/growth")
async def growth(units: Units, present: AuditorPresent, before: Size, after: Size) -> Response:
    """Give two checkpoints and the path between them."""
    async with units.begin("checkpoints.prove", acting(present)) as work:
        found = await prove_heads(work, before, after)
    told = {"before": found.before, "after": found.after, "path": [step.hex() for step in found.path]}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})
