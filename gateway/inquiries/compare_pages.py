"""Two answers about one enterprise side by side, at the console."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from gateway.consents.acquaintances import name_known
from gateway.console.render import PageError, page
from gateway.console.words import NOTHING, Words, words_of
from gateway.inquiries.answer_sheet import band_name, value_text, weight
from gateway.inquiries.comparison import look_at_both
from gateway.inquiries.own_inquiries import get_own_inquiry
from gateway.people.staff import Staff
from gateway.runtime.denial import Denial, DeniedError
from gateway.web.dependencies import Units
from gateway.web.router import Router
from scoring_adapter.published import find_published

router = Router(prefix="/console/inquiries", include_in_schema=False)


@router.get("/{inquiry_id}/compare/{with_id}")
async def compare(request: Request, units: Units, staff: Staff, inquiry_id: UUID, with_id: UUID) -> Response:
    """Show what changed between two answers."""
    async with units.begin("inquiry.show", staff.reader) as work:
        row = await get_own_inquiry(work, inquiry_id)
        name = await name_known(work, row.uscc)
    async with units.begin("inquiry.compare", staff.acting("inquiries", row.account)) as work:
        found = await look_at_both(work, inquiry_id, with_id)
    if isinstance(found, Denial):
        if found.reason == "not-comparable":
            raise PageError("not-found", 404)
        raise DeniedError(found.reason)
    words = words_of(request)
    heads = [_head(found[name], words) for name in ("before", "after")]
    return page(
        request, "inquiry_compare", staff.present, row=row, name=name, found=found, heads=heads,
        change=None if found["change"] is None else weight(found["change"]), health=_health(found["health"], words),
        tags=_tags(found["tags"], words),
        crumbs=[(name or row.uscc, f"/console/inquiries/{inquiry_id}"), (words("compare-title"), "")],
    )  # fmt: skip


def _head(told: Mapping[str, Any], words: Words) -> dict[str, Any]:
    return {**told, "band_text": band_name(told["band"] or "", find_published(told["model"]), words)}


def _health(lines: Sequence[Mapping[str, Any]] | None, words: Words) -> list[tuple[str, list[str], list[str]]] | None:
    if lines is None:
        return None
    return [(one["name"][words.language], _line(one["before"], words), _line(one["after"], words)) for one in lines]


def _line(told: Mapping[str, Any], words: Words) -> list[str]:
    held = told.get("held")
    return [words(f"health-status-{told['status']}"), NOTHING if held is None else words.number(held)]


def _tags(lines: Sequence[Mapping[str, Any]] | None, words: Words) -> list[tuple[str, list[str], list[str]]] | None:
    """Return what changed of each tag, those first whose points changed most."""
    if lines is None:
        return None
    ordered = sorted(lines, key=lambda one: -abs((one["after"]["points"] or 0) - (one["before"]["points"] or 0)))
    return [
        (one["name"][words.language], *([value_text({**one, **told}, words), weight(told["points"])]
                                         for told in (one["before"], one["after"])))
        for one in ordered
    ]  # fmt: skip
