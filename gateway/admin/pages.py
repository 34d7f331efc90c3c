"""Home, and what operators find: changes to approve, clients and their last use, signatories of an enterprise."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response

from gateway.admin.reports import list_clients
from gateway.admin.signatories import show_signatories
from gateway.console.navigation import home_of
from gateway.console.render import page
from gateway.people.acting import acting
from gateway.people.guard import Anyone, ApproverPresent, SecurityPresent
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
MOST_SHOWN = 100


@router.get("")
async def home(present: Anyone) -> Response:
    """Lead to the first page of the visitor's role."""
    return RedirectResponse(home_of(present.role), 303)


@router.get("/clients")
async def clients(
    request: Request, units: Units, present: SecurityPresent, after: Annotated[str, Query(max_length=63)] = ""
) -> Response:
    """Show clients with their standing and last use."""
    async with units.begin("clients.show", acting(present)) as work:
        listed = await list_clients(work, after=after, limit=MOST_SHOWN)
    return page(request, "clients", present, **listed)


@router.get("/signatories")
async def signatories(
    request: Request, units: Units, present: ApproverPresent, subject: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """Show who may approve consents of the enterprise that is named, and what waits to change that."""
    shown, wrong = None, False
    if subject:
        try:
            async with units.begin("signatories.show", acting(present)) as work:
                shown = await show_signatories(work, subject)
        except DeniedError:
            wrong = True
    return page(
        request, "signatories", present, subject=subject, shown=shown, wrong=wrong, status=400 if wrong else 200
    )
