"""Asking on a page: who and what for, then what it rests on and costs, then the question itself."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

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
from gateway.inquiries.bases.basis import basis_members
from gateway.inquiries.bases.setting import list_duties
from gateway.inquiries.bases.words import basis_in_words
from gateway.inquiries.dependencies import TheProviders
from gateway.inquiries.extent_words import withheld_in_words
from gateway.inquiries.foresight import Foresight, foresee
from gateway.inquiries.granting import grant_of
from gateway.inquiries.shown import REQUESTABLE, RoomShown, rooms_shown, todo, why
from gateway.inquiries.store import Asked
from gateway.inquiries.views.setting import name_view
from gateway.inquiries.written import FIELDS, read_written
from gateway.people.guard import SignedForm
from gateway.people.staff import Staff
from gateway.people.through import Through
from gateway.quota.dependencies import Costs
from gateway.quota.products import PRODUCTS
from gateway.runtime.denial import Denial, DeniedError
from gateway.web.dependencies import Units, part
from gateway.web.router import Router

router = Router(prefix="/console/ask", include_in_schema=False)
Secrets = Annotated[Protector, Depends(part("protector"))]
Said = Annotated[str, Query(max_length=200)]
TOKEN_BYTES, LONGEST_TOKEN, LONGEST_SAID = 18, 64, 500


@dataclass(frozen=True)
class Wish:
    """What was filled in; `consent` names one of several that permit it, `duty` a duty instead; `extent` is how much is
    asked, as written.
    """

    enterprise: str
    product: str
    purpose: str
    account: str
    consent: str
    duty: str
    extent: Mapping[str, str]


async def read_wish(
    request: Request, enterprise: Said = "", product: Said = "", purpose: Said = "", account: Said = "",
    consent: Said = "", duty: Said = "",
) -> Wish:  # fmt: skip
    """Return what an address says; what there is not is left to be chosen again."""
    said = {name: request.query_params.get(name, "").strip()[:LONGEST_SAID] for name in FIELDS}
    return Wish(
        enterprise.strip(), product if product in PRODUCTS else next(iter(PRODUCTS)),
        purpose if purpose in PURPOSES else next(iter(PURPOSES)), account, consent, duty,
        {name: value for name, value in said.items() if value},
    )  # fmt: skip


@router.get("")
async def show(
    request: Request,
    units: Units,
    protector: Secrets,
    staff: Staff,
    wish: Annotated[Wish, Depends(read_wish)],
    costs: Costs,
) -> Response:
    """Show the form and, once it says who is meant, what the question would rest on, cost and be answered."""
    try:
        actor = staff.acting("inquiries", wish.account)
    except DeniedError as fault:
        return _page(request, staff, wish, costs, stopped=fault.denial)
    async with units.begin("ask.duties", staff.reader) as work:
        duties = await list_duties(work, actor.institution_id or "", in_force=True)
    if not wish.enterprise:
        return _page(request, staff, wish, costs, duties=duties)
    async with units.begin("ask.foresee", actor) as work:
        found = await find_enterprises(work, protector, wish.enterprise)
        if len(found) != 1:
            return _page(request, staff, wish, costs, found=found, duties=duties)
        public = PRODUCTS[wish.product].public
        asked_for = {
            "subject": found[0].uscc, "product": wish.product, "purpose": wish.purpose,
            "duty": None if public else wish.duty or None,
        }  # fmt: skip
        try:
            question = Question.model_validate({**asked_for, **read_written(wish.extent)})
        except (ValueError, ValidationError):
            wrong = {"extent": words_of(request)("ask-extent-wrong")}
            return _page(request, staff, wish, costs, wrong=wrong, duties=duties)
        asked = await name_view(work.session, read_question(question, protector, actor, by_form=True))
        foresight = await foresee(work, asked)
    words = words_of(request)
    rooms = rooms_shown(words, foresight.rooms, foresight.units)
    basis = foresight.other or next(iter(foresight.consents), None)
    withheld = withheld_in_words(grant_of(asked, basis).withheld if basis else (), words)
    return _page(
        request, staff, wish, costs, found=found, foresight=foresight, rooms=rooms, withheld=withheld, duties=duties
    )


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
            "consent": form.get("consent") or None, "duty": form.get("duty") or None,
            **read_written({name: form.get(name, "") for name in FIELDS}),
        })  # fmt: skip
    except (ValueError, ValidationError) as fault:
        raise PageError("form-stale", 400) from fault
    token = form.get("token", "")
    if not token or not token.isascii() or len(token) > LONGEST_TOKEN:
        raise PageError("form-stale", 400)
    asked = read_question(question, protector, actor, by_form=True)
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
    costs: Mapping[str, int],
    *,
    found: Sequence[Enterprise] | None = None,
    foresight: Foresight | None = None,
    rooms: Sequence[RoomShown] = (),
    withheld: Sequence[str] = (),
    stopped: Denial | None = None,
    wrong: Mapping[str, str] | None = None,
    duties: Sequence[Mapping[str, Any]] = (),
) -> Response:
    """Show the form with what is known so far: why nobody may ask, which enterprises are meant, what is foreseen."""
    words = words_of(request)
    faults = dict(wrong or {})
    if found is not None and not found:
        faults["enterprise"] = words("ask-code-wrong" if looks_like_code(wish.enterprise) else "ask-not-found")
    denial = stopped or (foresight.denial if foresight else None)
    return page(
        request, "ask", staff.present, status=400 if faults else 200,
        form=Form({"enterprise": wish.enterprise, **wish.extent}, faults), wish=wish, staff=staff,
        found=found or [], foresight=foresight, rooms=rooms,
        withheld=withheld, costs=costs, products=PRODUCTS, purposes=list(PURPOSES), stopped=stopped, duties=duties,
        other=basis_in_words(basis_members(foresight.other), words) if foresight and foresight.other else "",
        denied=why(words, denial.reason) if denial else "", todo=todo(words, denial.reason) if denial else "",
        requestable=bool(denial and denial.reason in REQUESTABLE), token=secrets.token_urlsafe(TOKEN_BYTES),
    )  # fmt: skip


def looks_like_code(said: str) -> bool:
    """Tell whether somebody seems to have meant a code."""
    return said.isascii() and any(letter.isdecimal() for letter in said)
