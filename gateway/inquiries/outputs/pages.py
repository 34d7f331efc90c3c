"""What the institution is shown of each product, on a page for its people."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from gateway.console.render import page
from gateway.console.words import Words, words_of
from gateway.inquiries.outputs.setting import list_policies
from gateway.inquiries.outputs.words import form_in_words, left_out_in_words
from gateway.people.staff import Staff
from gateway.quota.products import PRODUCTS
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/outputs", include_in_schema=False)


@router.get("")
async def show(request: Request, units: Units, staff: Staff) -> Response:
    """Show, of each product, the policy that rules now and those that are to come or ruled before."""
    async with units.begin("outputs.show", staff.reader) as work:
        found = await list_policies(work, staff.present.institution_id or "")
    words = words_of(request)
    told = {product: [told_of(one, words) for one in found if one["product"] == product] for product in PRODUCTS}
    return page(request, "outputs", staff.present, told=told)


def told_of(policy: dict[str, Any], words: Words) -> dict[str, Any]:
    """Return a version of a policy with its form and what it leaves out in words."""
    said = form_in_words(policy["product"], policy["form"], policy["threshold"], words)
    return {**policy, "said": said, "without": left_out_in_words(policy["left_out"], words)}
