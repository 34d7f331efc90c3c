"""How fast and how much at once may be asked, on a page for operators: what is in force for whom, and setting it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import Response

from gateway.admin.act_pages import SAID, TheAsker, show_form, take_form
from gateway.admin.rate_forms import SET_RATE
from gateway.console.form import Form
from gateway.console.render import page
from gateway.console.words import words_of
from gateway.people.acting import acting
from gateway.people.guard import SecurityPresent, SignedForm
from gateway.quota.rates import SCOPES, find_in_force, find_rates
from gateway.rates.limits import EVERYONE, Scope
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/rates", include_in_schema=False)
HERE = "/console/rates"
Said = Annotated[str, Query(max_length=100)]
PartyId = Annotated[str, Query(alias="id", max_length=100)]
MOST = 500


@dataclass(frozen=True)
class Party:
    """Whom somebody looks up, and what is in force for it."""

    scope: Scope
    id: str
    rates: list[dict[str, Any]] = field(default_factory=list)
    wrong: Mapping[str, str] = field(default_factory=dict)


@router.get("")
async def show(
    request: Request, units: Units, present: SecurityPresent, scope: Said = "account", party_id: PartyId = "",
    said: str = "",
) -> Response:  # fmt: skip
    """Show what is in force for all of each kind, what was set for one, and for the one that is looked up."""
    words = words_of(request)
    party = Party(next((one for one in SCOPES if one == scope), "account"), party_id.strip())
    async with units.begin("rates.show", acting(present)) as work:
        common = {one: await find_in_force(work, one, EVERYONE) for one in SCOPES}
        own = [one for one in await find_rates(work, limit=MOST) if one["id"] != EVERYONE]
        if party.id:
            try:
                party = replace(party, rates=await find_in_force(work, party.scope, party.id))
            except DeniedError as fault:
                party = replace(party, wrong={"id": words.half(fault)})
    return page(
        request, "rates", present, status=400 if party.wrong else 200, common=common, own=own, party=party,
        form=Form({"scope": party.scope, "id": party.id}, party.wrong),
        scopes=[(one, words(f"rate-of-{one}")) for one in SCOPES], note=SAID.get(said, ""),
    )  # fmt: skip


@router.get("/set")
async def show_set(
    request: Request, present: SecurityPresent, scope: Said = "", party_id: PartyId = "", measure: Said = ""
) -> Response:
    """Show the form of a change."""
    filled = {"scope": scope, "id": party_id, "measure": measure}
    return show_form(request, present, SET_RATE, Form(filled), back=HERE)


@router.post("/set")
async def take(request: Request, asker: TheAsker, typed: SignedForm) -> Response:
    """Ask for a change of a limit."""
    return await take_form(request, asker, SET_RATE, typed, back=HERE)
