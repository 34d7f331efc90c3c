"""What stands behind an answer, at the console: the records behind a figure, and the sheet to print."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request
from fastapi.responses import Response

from connectors.catalogue.load import datasets
from gateway.consents.acquaintances import name_known
from gateway.console.render import PageError, page
from gateway.console.words import Words, words_of
from gateway.inquiries.answer_files import take_answer
from gateway.inquiries.behind_answer import Behind, look_behind
from gateway.inquiries.own_inquiries import get_own_inquiry
from gateway.inquiries.sheet_pdf import sheet_pdf
from gateway.inquiries.sheet_serving import pdf_file
from gateway.people.staff import Staff
from gateway.records.in_words import values_of
from gateway.runtime.denial import Denial, DeniedError
from gateway.scores.tag_words import meaning, name_of
from gateway.web.dependencies import Units
from gateway.web.router import Router
from scoring_adapter.scorecard import load_scorecard

router = Router(prefix="/console/inquiries", include_in_schema=False)
Figure = Annotated[str, Path(pattern=r"^[a-z0-9_]{2,63}$")]


@router.get("/{inquiry_id}/records/{figure}")
async def records(request: Request, units: Units, staff: Staff, inquiry_id: UUID, figure: Figure) -> Response:
    """Show the records behind a tag or a category of an answer, as far as they may be seen."""
    async with units.begin("inquiry.show", staff.reader) as work:
        row = await get_own_inquiry(work, inquiry_id)
        name = await name_known(work, row.uscc)
    async with units.begin("inquiry.behind", staff.acting("inquiries", row.account)) as work:
        found = await look_behind(work, inquiry_id, figure)
    if isinstance(found, Denial):
        if found.reason == "figure-not-found":
            raise PageError("not-found", 404)
        raise DeniedError(found.reason)
    words, tag = words_of(request), load_scorecard().tags.by_id.get(figure)
    return page(
        request, "inquiry_records", staff.present, title=_named(found.statement, figure, words), row=row, name=name,
        meaning=meaning(words, tag) if tag else "", as_of=found.statement["basis"]["as_of"],
        records=[(_titled(one, words), one, _values(one, words)) for one in found.records],
        crumbs=[(name or row.uscc, f"/console/inquiries/{inquiry_id}"), (_named(found.statement, figure, words), "")],
    )  # fmt: skip


@router.get("/{inquiry_id}/sheet.pdf")
async def print_out(units: Units, staff: Staff, inquiry_id: UUID) -> Response:
    """Give the sheet to print."""
    row, answer, names = await take_answer(units, staff, inquiry_id)
    return pdf_file(row.product, row.uscc, inquiry_id, await asyncio.to_thread(sheet_pdf, answer, names))


def _named(statement: Mapping[str, Any], figure: str, words: Words) -> str:
    """Return what a figure is called."""
    line = next((one for one in statement.get("health", ()) if one["category"] == figure), None)
    if line is not None:
        return str(line["name"][words.language])
    tag = load_scorecard().tags.by_id.get(figure)
    return name_of(words, tag) if tag else figure


def _titled(one: Behind, words: Words) -> str:
    return f"{words.titles.dataset(one.dataset)} · {words.titles.agency(datasets()[one.dataset].agency)}"


def _values(one: Behind, words: Words) -> list[tuple[str, str]]:
    return values_of(words, one.dataset, {"fields": one.fields}) if one.fields is not None else []
