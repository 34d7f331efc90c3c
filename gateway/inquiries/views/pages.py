"""The institution's views, on a page for its people: which figures and fields its model is given, for which purpose."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from connectors.catalogue.load import datasets
from gateway.console.render import page
from gateway.console.words import Words, words_of
from gateway.inquiries.views.setting import list_views
from gateway.inquiries.views.view import PARTS, find_field
from gateway.people.staff import Staff
from gateway.web.dependencies import Units
from gateway.web.router import Router
from scoring_adapter.scorecard import load_scorecard

router = Router(prefix="/console/data-views", include_in_schema=False)


@router.get("")
async def show(request: Request, units: Units, staff: Staff) -> Response:
    """Show the views in force with their columns, and the versions before."""
    async with units.begin("data-views.show", staff.reader) as work:
        found = await list_views(work, staff.present.institution_id or "")
    words = words_of(request)
    return page(request, "data_views", staff.present, views=[told_of(one, words) for one in found])


def told_of(view: dict[str, Any], words: Words) -> dict[str, Any]:
    """Return a version of a view with its purpose and columns in words."""
    parts = [
        (words(f"view-{part}"), [(column_in_words(one, words), one) for one in view[part]])  # texts of PARTS
        for part in PARTS if view[part]
    ]  # fmt: skip
    return {**view, "said": words(f"purpose-{view['purpose']}"), "parts": parts}


def column_in_words(column: str, words: Words) -> str:
    """Return what a column is called."""
    if "." not in column:
        tag = load_scorecard().tags.by_id.get(column)
        return words.either(tag.name.zh, tag.name.en) if tag else column
    field, dataset = find_field(column), datasets().get(column.partition(".")[0])
    if field is None or dataset is None:
        return column
    return words.either(f"{dataset.title.zh}·{field.zh}", f"{dataset.title.en}: {column.partition('.')[2]}")
