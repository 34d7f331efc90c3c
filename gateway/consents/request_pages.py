"""Requesting a consent on a page: what is asked for, what the enterprise will be shown, then the request, once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from connectors.conversion.identifiers import Kind, read_identifier
from connectors.model.calendar import day_ends, day_of
from consent.checks import MOST_USES, check_terms, latest_end
from consent.errors import TermsError
from consent.terms import PRODUCTS, PURPOSES, Terms
from gateway.consents.own import foretell, request_by_form, terms_of
from gateway.console.form import Form
from gateway.console.render import page
from gateway.console.words import Words, words_of
from gateway.people.guard import SignedForm
from gateway.people.staff import Staff
from gateway.people.through import Through
from gateway.runtime.clock import now
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/consents", include_in_schema=False)
USUAL_DAYS, USUAL_USES = 90, "3"
TOKEN_BYTES = 18
WRONG = {
    "products": "consent-wrong-products", "purpose": "consent-wrong-purpose",
    "valid_until": "consent-wrong-until", "max_uses": "consent-wrong-uses",
}  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A form as it was filled in: the terms where they are sound, else what is wrong with which field."""

    form: Form
    terms: Terms | None


@router.get("/new")
async def show_form(
    request: Request,
    units: Units,
    staff: Staff,
    enterprise: str = "",
    product: str = "",
    purpose: str = "",
    account: str = "",
) -> Response:
    """Show the form, filled in as far as the address says."""
    typed = {
        "enterprise": enterprise, "purpose": purpose, "account": account, "max_uses": USUAL_USES,
        "until": (day_of(now()) + timedelta(days=USUAL_DAYS)).isoformat(),
        f"product-{product or 'score'}": "yes",
    }  # fmt: skip
    return await _page(request, units, staff, Draft(Form(typed), None))


@router.post("/new")
async def send(request: Request, units: Units, staff: Staff, form: SignedForm) -> Response:
    """Show what the enterprise will read or, where that was seen, request the consent."""
    words = words_of(request)
    draft = read_draft(form, staff.present.institution_id or "", words)
    if draft.terms is None or form.get("seen") != "yes":
        return await _page(request, units, staff, draft)
    terms = draft.terms
    async with units.begin("consent.request", staff.acting("consents", form.get("account", ""))) as work:
        made = await request_by_form(
            work, form.get("token", ""), uscc=terms.uscc, products=terms.products, purpose=terms.purpose,
            until=terms.valid_until, max_uses=terms.max_uses,
        )  # fmt: skip
    if made is None:
        return RedirectResponse("/console/consents?said=consent-requested-before", 303)
    return RedirectResponse(f"/console/consents/{made.terms.consent_id}", 303)


def read_draft(form: Mapping[str, str], institution: str, words: Words) -> Draft:
    """Read a form: the last day is whole, by China's calendar; no number of uses is any number."""
    code, wrong = read_identifier(form.get("enterprise", "")), {}
    if code.kind is not Kind.USCC:
        wrong["enterprise"] = words("consent-wrong-code")
    until, uses = _last_moment(form.get("until", "")), form.get("max_uses", "").strip()
    if until is None:
        wrong["until"] = words("consent-wrong-until")
    if uses and not (uses.isascii() and uses.isdecimal() and len(uses) <= len(str(MOST_USES))):
        wrong["max_uses"] = words("consent-wrong-uses")
    if wrong or until is None:
        return Draft(Form(form, wrong), None)
    begins = now()
    terms = terms_of(
        uscc=code.value, institution=institution, products=[one for one in PRODUCTS if form.get(f"product-{one}")],
        purpose=form.get("purpose", ""), begins=begins, until=until, max_uses=int(uses) if uses else None,
    )  # fmt: skip
    try:
        check_terms(terms, begins)
    except TermsError as fault:
        member = str(fault).partition(":")[0]
        field = {"valid_until": "until"}.get(member, member)
        return Draft(Form(form, {field: words(WRONG[member])}), None)
    return Draft(Form(form), terms)


def _last_moment(day: str) -> datetime | None:
    """Return when a day is over, None for what is no day."""
    try:
        return day_ends(date.fromisoformat(day))
    except (ValueError, OverflowError):
        return None


async def _page(request: Request, units: Units, staff: Through, draft: Draft) -> Response:
    """Show the form; where it is sound, with what the enterprise will read and the button that sends it."""
    lines: list[str] = []
    if draft.terms is not None:
        async with units.begin("consent.foretell", staff.reader) as work:
            lines = (await foretell(work, draft.terms))[words_of(request).language]
    return page(
        request, "consent_request", staff.present, status=400 if draft.form.errors else 200, form=draft.form,
        staff=staff, lines=lines, products=list(PRODUCTS), purposes=list(PURPOSES), most=MOST_USES,
        latest=day_of(latest_end(now())).isoformat(),
        crumbs=[(words_of(request)("consent-request"), "")],
        token=draft.form.value("token") or secrets.token_urlsafe(TOKEN_BYTES),
    )  # fmt: skip
