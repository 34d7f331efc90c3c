"""The first page of an enterprise's own people."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from connectors.catalogue.load import datasets
from connectors.model.calendar import is_night
from gateway.consents.enterprise_pages import TONES as CONSENT_TONES
from gateway.consents.enterprise_pages import reason_options
from gateway.consents.words import products_in, purpose_in
from gateway.console.render import page
from gateway.console.words import Words, words_of
from gateway.inquiries.enterprise_pages import TONES, what_of, why_of
from gateway.overview.enterprise import load_home
from gateway.people.acting import acting
from gateway.people.guard import OwnerPresent
from gateway.records.in_words import in_a_line
from gateway.records.life_routes import TheProtector
from gateway.runtime.clock import now
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/enterprise", include_in_schema=False)
ASKED_SHOWN, CONSENTS_SHOWN, ENDED_SHOWN, RECORDS_SHOWN = 6, 4, 2, 5
TOLD_FOR = timedelta(days=30)  # what was approved on paper
ICONS = {"negative": "gavel", "positive": "certificate", "neutral": "file-text"}


@router.get("")
async def home(request: Request, units: Units, protector: TheProtector, present: OwnerPresent) -> Response:
    """Show what waits first, then who asked, what is permitted, what is held, what is objected to."""
    if present.waits_until is not None:
        return page(request, "enterprise_waits", present)
    async with units.begin("enterprise.home", acting(present)) as work:
        found = await load_home(work, protector)
    words = words_of(request)
    return page(
        request, "enterprise_home", present, home=found, name=found.name or present.enterprise,
        waiting=found.standing("requested"), in_force=found.in_force[:CONSENTS_SHOWN],
        on_paper=[one for one in found.in_force if one.on_paper_at and now() - one.on_paper_at < TOLD_FOR],
        ended=found.standing("revoked", "rejected", "expired", "exhausted", "superseded", "invalidated")[:ENDED_SHOWN],
        asked=[_asked(words, one) for one in found.review.questions[:ASKED_SHOWN]],
        records=[_record(words, one) for one in found.records[:RECORDS_SHOWN]], reasons=reason_options(words),
        tones=CONSENT_TONES, products_in=products_in, purpose_in=purpose_in,
    )  # fmt: skip


def _asked(words: Words, one: dict[str, Any]) -> dict[str, Any]:
    path = "consents" if one["kind"] == "consent-request" else "questions"
    return {
        **one, "what": what_of(words, one), "why": why_of(words, one), "tone": TONES.get(one["outcome"], "quiet"),
        "href": f"/console/enterprise/{path}/{one['question']}",
        "night": is_night(datetime.fromisoformat(one["asked_at"])),
    }  # fmt: skip


def _record(words: Words, one: dict[str, Any]) -> dict[str, Any]:
    known = datasets().get(one["dataset"])
    return {
        **one, "line": in_a_line(words, one["dataset"], one["content"]),
        "icon": ICONS[known.polarity if known else "neutral"],
    }  # fmt: skip
