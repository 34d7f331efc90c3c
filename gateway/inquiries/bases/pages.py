"""The institution's duty bases, on a page for its people."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from gateway.console.render import page
from gateway.console.words import Words, words_of
from gateway.inquiries.bases.setting import list_duties
from gateway.inquiries.bases.words import reach_in_words
from gateway.people.staff import Staff
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/duty-bases", include_in_schema=False)


@router.get("")
async def show(request: Request, units: Units, staff: Staff) -> Response:
    """Show the duties on which the institution may ask, and those that have ended."""
    async with units.begin("duty-bases.show", staff.reader) as work:
        found = await list_duties(work, staff.present.institution_id or "")
    words = words_of(request)
    return page(request, "duty_bases", staff.present, duties=[told_of(one, words) for one in found])


def told_of(duty: dict[str, Any], words: Words) -> dict[str, Any]:
    """Return a duty with what it is for and what it reaches in words."""
    return {
        **duty, "reach": reach_in_words(duty, words),
        "said": words.listed([
            *(words(f"product-{one}") for one in duty["products"]),
            *(words(f"purpose-{one}") for one in duty["purposes"]),
        ]),
    }  # fmt: skip
