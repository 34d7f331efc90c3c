"""Who may sign for an enterprise, for its own people: signatories with their keys, and the people who sign in."""

from typing import Annotated, Literal

from fastapi import Path, Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.render import page
from gateway.identity.clients.signatories import list_signatories, signatory_document
from gateway.people.acting import acting
from gateway.people.guard import OwnerActing, SignedForm
from gateway.people.owners import decide_owner
from gateway.people.reading import people_of_enterprise
from gateway.runtime.clock import database_now
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/enterprise/signatories", include_in_schema=False)
TONES = {"in-use": "ok", "waiting": "warn", "objected": "bad"}
DECIDED = {"confirm": "owner-was-confirmed", "object": "owner-was-objected"}
STANDINGS = {"active": "ok", "suspended": "bad"}


@router.get("")
async def signatories(request: Request, units: Units, present: OwnerActing, said: str = "") -> Response:
    """Show who may sign for the enterprise, by a key or by signing in, and how each stands."""
    async with units.begin("enterprise.signatories", acting(present)) as work:
        now = await database_now(work.session)
        keys = [signatory_document(row, now) for row in await list_signatories(work)]
        people = await people_of_enterprise(work)
    waiting = sum(one["key"] == "waiting" for one in keys)
    return page(
        request, "enterprise_signatories", present, keys=keys, people=people, waiting=waiting, tones=TONES,
        standings=STANDINGS, now=now, said=said if said in DECIDED.values() else "",
    )  # fmt: skip


@router.post("/people/{person_id}/{decision}")
async def decide(
    person_id: Annotated[str, Path(max_length=63)],
    decision: Literal["confirm", "object"],
    units: Units,
    present: OwnerActing,
    form: SignedForm,  # noqa: ARG001 - its token is checked
) -> Response:
    """Confirm a person who waits to act for the enterprise, or object to them."""
    async with units.begin("owner.decide", acting(present)) as work:
        await decide_owner(work, person_id, decision)
    return RedirectResponse(f"/console/enterprise/signatories?said={DECIDED[decision]}", 303)
