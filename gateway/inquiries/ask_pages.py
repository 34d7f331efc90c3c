"""Asking on a page: who and what for, then what it rests on and costs, then the question itself."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from connectors.personal.sealing import Protector
from consent.terms import PURPOSES
from gateway.consents.acquaintances import Enterprise, find_enterprises
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.inquiries.asking import Question, put_question, read_question
from gateway.inquiries.dependencies import TheProviders
from gateway.inquiries.foresight import Foresight, foresee
from gateway.inquiries.shown import REQUESTABLE, RoomShown, rooms_shown, todo, why
from gateway.inquiries.store import Asked
from gateway.people.guard import SignedForm
from gateway.people.staff import Staff
from gateway.people.through import Through
from gateway.quota.products import PRODUCTS
from gateway.runtime.denial import Denial, DeniedError
from gateway.web.dependencies import Units, part
from gateway.web.router import Router

router = Router(prefix="/console/ask", include_in_schema=False)
Secrets = Annotated[Protector, Depends(part("protector"))]
Said = Annotated[str, Query(max_length=200)]
TOKEN_BYTES, LONGEST_TOKEN = 18, 64


@dataclass(frozen=True)
class Wish:
    """What was filled in; `consent` names one of several that permit it."""

    enterprise: str
    product: str
    purpose: str
    account: str
    consent: str


async def read_wish(
    enterprise: Said = "", product: Said = "", purpose: Said = "", account: Said = "", consent: Said = ""
) -> Wish:
    """Return what an address says; what there is not is left to be chosen again."""
    return Wish(
        enterprise.strip(), product if product in PRODUCTS else next(iter(PRODUCTS)),
        purpose if purpose in PURPOSES else next(iter(PURPOSES)), account, consent,
    )  # fmt: skip


@router.get("")
async def show(
    request: Request,
    units: Units,
    providers: TheProviders,
    protector: Secrets,
    staff: Staff,
    wish: Annotated[Wish, Depends(read_wish)],
) -> Response:
    """Show the form and, once it says who is meant, what the question would rest on, cost and be answered."""
    try:
        actor = staff.acting("inquiries", wish.account)
    except DeniedError as fault:
        return _page(request, staff, wish, stopped=fault.denial)
    if not wish.enterprise:
        return _page(request, staff, wish)
    async with units.begin("ask.foresee", actor) as work:
        found = await find_enterprises(work, protector, wish.enterprise)
        if len(found) != 1:
            return _page(request, staff, wish, found=found)
        question = Question(subject=found[0].uscc, product=wish.product, purpose=wish.purpose)
        asked = read_question(question, providers, protector, actor, by_form=True)
        foresight = await foresee(work, asked)
    rooms = rooms_shown(words_of(request), foresight.rooms, foresight.units)
    return _page(request, staff, wish, found=found, foresight=foresight, rooms=rooms)


@router.post("")
async def ask(
    request: Request,
    units: Units,
    providers: TheProviders,
    protector: Secrets,
    staff: Staff,
    form: SignedForm,
) -> Response:
    """Ask once, however often the form is sent, and lead to the answer or the denial."""
    actor = staff.acting("inquiries", form.get("account", ""))
    try:
        question = Question.model_validate({
            "subject": form.get("uscc", ""), "product": form.get("product", ""), "purpose": form.get("purpose", ""),
            "consent": form.get("consent") or None,
        })  # fmt: skip
    except ValidationError as fault:
        raise PageError("form-stale", 400) from fault
    token = form.get("token", "")
    if not token or not token.isascii() or len(token) > LONGEST_TOKEN:
        raise PageError("form-stale", 400)
    asked = read_question(question, providers, protector, actor, by_form=True)
    # A blank stands in no key of a program: a form's token is never one of theirs.
    under = Asked(f"form {staff.present.person_id} {token}", question.digest(), None)
    flight = staff.limiter.flight(actor.client_id, staff.access.rates)
    outcome = await put_question(units, providers, actor, asked, under, request.app.state.metrics, flight)
    if isinstance(outcome, Denial) and outcome.reason == "idempotency-key-reused":
        raise PageError("ask-form-used", 409)
    inquiry = outcome.members["inquiry"] if isinstance(outcome, Denial) else outcome.inquiry_id
    return RedirectResponse(f"/console/inquiries/{inquiry}", 303)


def _page(
    request: Request,
    staff: Through,
    wish: Wish,
    *,
    found: Sequence[Enterprise] | None = None,
    foresight: Foresight | None = None,
    rooms: Sequence[RoomShown] = (),
    stopped: Denial | None = None,
) -> Response:
    """Show the form with what is known so far: why nobody may ask, which enterprises are meant, what is foreseen."""
    words = words_of(request)
    wrong = {}
    if found is not None and not found:
        wrong["enterprise"] = words("ask-code-wrong" if looks_like_code(wish.enterprise) else "ask-not-found")
    denial = stopped or (foresight.denial if foresight else None)
    return page(
        request, "ask", staff.present, status=400 if wrong else 200,
        form=Form({**vars(wish)}, wrong), wish=wish, staff=staff, found=found or [], foresight=foresight, rooms=rooms,
        products=PRODUCTS, purposes=list(PURPOSES), stopped=stopped,
        denied=why(words, denial.reason) if denial else "", todo=todo(words, denial.reason) if denial else "",
        requestable=bool(denial and denial.reason in REQUESTABLE), token=secrets.token_urlsafe(TOKEN_BYTES),
    )  # fmt: skip


def looks_like_code(said: str) -> bool:
    """Tell whether somebody seems to have meant a code."""
    return said.isascii() and any(letter.isdecimal() for letter in said)
