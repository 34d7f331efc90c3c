"""Who may sign for an enterprise, for its own people: signatories with their keys, and the people who sign in."""

from fastapi import Request
from fastapi.responses import Response

from gateway.console.render import page
from gateway.identity.clients.signatories import list_signatories, signatory_document
from gateway.people.acting import acting
from gateway.people.guard import OwnerActing
from gateway.people.reading import people_of_enterprise
from gateway.runtime.clock import database_now
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/enterprise/signatories", include_in_schema=False)
TONES = {"in-use": "ok", "waiting": "warn", "objected": "bad"}
STANDINGS = {"active": "ok", "suspended": "bad"}


@router.get("")
async def signatories(request: Request, units: Units, present: OwnerActing) -> Response:
    """Show who may sign for the enterprise, by a key or by signing in, and how each stands."""
    async with units.begin("enterprise.signatories", acting(present)) as work:
        now = await database_now(work.session)
        keys = [signatory_document(row, now) for row in await list_signatories(work)]
        people = await people_of_enterprise(work)
    waiting = sum(one["key"] == "waiting" for one in keys)
    return page(
        request, "enterprise_signatories", present, keys=keys, people=people, waiting=waiting, tones=TONES,
        standings=STANDINGS, now=now,
    )  # fmt: skip
