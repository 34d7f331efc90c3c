"""What a question of each product costs, on a page: in force, to come, what was; administrators set it there."""

from itertools import groupby
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.admin.act_forms import SET_COST
from gateway.admin.act_pages import SAID, TheAsker, show_form, take_form
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.people.acting import acting
from gateway.people.guard import SecurityPresent, SignedForm, signed_in
from gateway.people.sessions import Present
from gateway.quota.costs import list_costs
from gateway.quota.dependencies import Costs
from gateway.quota.products import PRODUCTS
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/costs", include_in_schema=False)
Seeing = Annotated[Present, Depends(signed_in("operator", "auditor", "staff"))]
HERE = "/console/costs"
TONES = {"in-force": "ok", "to-come": "info", "was": "quiet", "replaced": "quiet"}


@router.get("")
async def show(request: Request, units: Units, present: Seeing, said: str = "") -> Response:
    """Show what products cost."""
    async with units.begin("costs.show", acting(present)) as work:
        found = await list_costs(work)
    costs = {product: list(versions) for product, versions in groupby(found, key=lambda one: one["product"])}
    return page(request, "costs", present, costs=costs, tones=TONES, note=SAID.get(said, ""))


@router.get("/{product}")
async def show_one(request: Request, product: str, present: SecurityPresent, costs: Costs) -> Response:
    """Show the form of a change, filled with what is in force."""
    name = _name(request, product)
    return show_form(request, present, SET_COST, Form({"units": str(costs[product])}), of=name, back=HERE)


@router.post("/{product}")
async def take(request: Request, product: str, asker: TheAsker, typed: SignedForm) -> Response:
    """Ask for a change of what a product costs."""
    return await take_form(
        request, asker, SET_COST, typed, identifier=product, of=_name(request, product), back=HERE
    )  # fmt: skip


def _name(request: Request, product: str) -> str:
    if product not in PRODUCTS:
        raise PageError("not-found", 404)
    return words_of(request)(f"product-{product}")
