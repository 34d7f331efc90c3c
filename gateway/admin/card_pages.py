"""Scorecards on pages: which is in force and was, each with its report; administrators put another in force there."""

from typing import Annotated, Any

from fastapi import Depends, Path, Request
from fastapi.responses import Response

from gateway.admin.act_pages import SAID, TheAsker, show_form, take_form
from gateway.admin.card_forms import RELEASE, RETURN
from gateway.cards.checks import LONGEST_CARD, LONGEST_REPORT
from gateway.cards.listing import figures_of, list_cards, show_card
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.people.acting import acting
from gateway.people.guard import SecurityPresent, SignedForm, signed_in
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/cards", include_in_schema=False)
Seeing = Annotated[Present, Depends(signed_in("operator", "auditor"))]
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]
HERE = "/console/cards"
TONES = {"in-force": "ok", "coming": "info", "former": "quiet"}
MOST_BYTES = 9 * (LONGEST_CARD + LONGEST_REPORT)  # a form writes a Chinese character in nine


@router.get("")
async def show(request: Request, units: Units, present: Seeing, said: str = "") -> Response:
    """Show every release of a card."""
    async with units.begin("cards.show", acting(present)) as work:
        found = await list_cards(work)
    return page(request, "cards", present, cards=found, tones=TONES, note=SAID.get(said, ""))


@router.get("/-/release")
async def show_new(request: Request, present: SecurityPresent) -> Response:
    """Show the form of a new card."""
    return show_form(request, present, RELEASE, Form({}), back=HERE)


@router.post("/-/release", max_body_size=MOST_BYTES)
async def take_new(request: Request, asker: TheAsker, typed: SignedForm) -> Response:
    """Ask for a new card."""
    return await take_form(request, asker, RELEASE, typed, back=HERE)


@router.get("/{number}")
async def show_one(request: Request, number: Number, units: Units, present: Seeing, said: str = "") -> Response:
    """Show one release: the card, and the report it was tried with."""
    async with units.begin("cards.show", acting(present)) as work:
        found = await _card(work, number)
    return page(
        request, "card", present, card=found, figures=figures_of(found["report"]), tones=TONES,
        bands=(found["report"] or {}).get("bands", []), note=SAID.get(said, ""),
    )  # fmt: skip


@router.get("/{number}/return")
async def show_return(request: Request, number: Number, units: Units, present: SecurityPresent) -> Response:
    """Show the form by which an earlier card is put in force again."""
    async with units.begin("cards.show", acting(present)) as work:
        found = await _card(work, number)
    return show_form(request, present, RETURN, Form({}), of=_titled(found, request), back=f"{HERE}/{number}")


@router.post("/{number}/return")
async def take_return(request: Request, number: Number, units: Units, asker: TheAsker, typed: SignedForm) -> Response:
    """Ask for an earlier card again."""
    async with units.begin("cards.show", acting(asker.present)) as work:
        found = await _card(work, number)
    return await take_form(
        request, asker, RETURN, typed, identifier=str(number), of=_titled(found, request), back=f"{HERE}/{number}"
    )  # fmt: skip


def _titled(card: dict[str, Any], request: Request) -> str:
    words = words_of(request)
    return words("card-release-number", number=card["number"]) if card["number"] else words("card-shipped")


async def _card(work: UnitOfWork, number: int) -> dict[str, Any]:
    try:
        return await show_card(work, number)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
