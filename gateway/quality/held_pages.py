"""One held submission as who decides on it sees it: what differs, what would be lost, its first rows as stored."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import Response

from connectors.catalogue.load import agencies
from gateway.console.render import PageError, page
from gateway.intake.held_preview import DECISIONS, preview_held
from gateway.intake.routes import TheIntake
from gateway.people.acting import acting
from gateway.people.guard import signed_in
from gateway.people.sessions import Present
from gateway.quality.pages import Code
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/quality", include_in_schema=False)
Decider = Annotated[Present, Depends(signed_in("system", "clerk"), scope="function")]


@router.get("/{agency}/held/{held_id}")
async def show(
    request: Request, agency: Code, held_id: UUID, units: Units, intake: TheIntake, present: Decider
) -> Response:
    """Show a held submission."""
    try:
        preview = await preview_held(units, acting(present), intake, held_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    if preview.held.agency != agency:
        raise PageError("not-found", 404)
    loss = any(finding.get("warning") for finding in preview.held.findings)
    return page(
        request, "held", present, agency=agencies()[agency], preview=preview, held=preview.held, loss=loss,
        decisions=DECISIONS,
    )  # fmt: skip
