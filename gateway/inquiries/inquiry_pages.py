"""The institution's own inquiries on pages: the list, an answer or a denial, and the signed answer as a file."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.responses import Response

from consent.terms import PURPOSES
from gateway.consents.acquaintances import name_known
from gateway.console.render import page
from gateway.console.table import Cell, Column, Content, Filter, Table, TableQuery, TableSpec, moment_cell, table_query
from gateway.console.table_address import begins, ends
from gateway.console.words import Words, words_of
from gateway.inquiries.answer_files import take_answer
from gateway.inquiries.answer_sheet import lay_out
from gateway.inquiries.behind_answer import is_traceable
from gateway.inquiries.comparison import list_earlier
from gateway.inquiries.health_words import health_of
from gateway.inquiries.industry_words import industry_of
from gateway.inquiries.own_inquiries import (
    ENDINGS,
    InquiryFilter,
    OwnInquiries,
    get_own_inquiry,
    list_own_inquiries,
    reopen_answer,
)
from gateway.inquiries.own_usage import result_of
from gateway.inquiries.parts_sheet import parts_of
from gateway.inquiries.portrait.names import names_of
from gateway.inquiries.portrait.naming import with_names
from gateway.inquiries.portrait.words import lay_out_portrait
from gateway.inquiries.recalls import list_recalls
from gateway.inquiries.records.words import records_of
from gateway.inquiries.shown import (
    REQUESTABLE,
    TONES,
    ending_of,
    enterprise_cell,
    product_text,
    purpose_text,
    todo,
    why,
)
from gateway.inquiries.tables import Inquiry
from gateway.inquiries.watched.words import watched_of
from gateway.people.listing import show_table
from gateway.people.reading import names_of_people
from gateway.people.staff import Staff
from gateway.people.through import Through
from gateway.quota.products import PRODUCTS
from gateway.runtime.clock import now
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.scores.improvement_words import improvements_of
from gateway.web.dependencies import Units
from gateway.web.router import Router
from signing.jws import payload_of

router = Router(prefix="/console/inquiries", include_in_schema=False)
Party = Annotated[str, Query(pattern=r"^[0-9A-Za-z-]{0,32}$")]
SPEC = TableSpec(
    "inquiries",
    (
        Column("enterprise", "about-enterprise"), Column("time", "asked-when", "time", sortable=True),
        Column("what", "asked-what"), Column("who", "asked-who"), Column("outcome", "outcome"),
        Column("units", "units-charged", "number"), Column("account", "ask-account", "code", optional=True),
        Column("number", "inquiry-number", "code", optional=True),
    ),
    (
        Filter("since", "from-day", "day"), Filter("until", "to-day", "day"),
        Filter("product", "ask-product", options=tuple(PRODUCTS), prefix="product-"),
        Filter("purpose", "ask-purpose", options=tuple(PURPOSES), prefix="purpose-"),
        Filter("outcome", "outcome", options=tuple(ENDINGS), prefix="ending-"),
        Filter("person", "asked-who", "text"),
    ),
    sort="time", descending=True,
)  # fmt: skip


@router.get("")
async def show_list(
    request: Request, units: Units, staff: Staff, asked: Annotated[TableQuery, Depends(table_query(SPEC))]
) -> Response:
    """Show the institution's inquiries, newest first."""
    chosen = asked.filters
    wanted = InquiryFilter(
        begins(chosen["since"]), ends(chosen["until"]), chosen["product"], chosen["purpose"],
        chosen["outcome"], chosen["person"],
    )  # fmt: skip
    async with units.begin("inquiries.list", staff.reader) as work:
        found = await list_own_inquiries(
            work, wanted, limit=asked.limit, offset=asked.offset, newest_first=asked.descending
        )
    words = words_of(request)
    table = Table(SPEC, asked, [_row(row, found, words) for row in found.rows], total=found.total)
    return await show_table(request, units, staff.present, "inquiries", table)


@router.get("/{inquiry_id}")
async def show(request: Request, units: Units, staff: Staff, inquiry_id: UUID, at: Party = "") -> Response:
    """Show how an inquiry ended: its answer, where that may be shown now, or the reason; a portrait's drawing around
    one of its parties.
    """
    async with units.begin("inquiry.show", staff.reader) as work:
        row = await get_own_inquiry(work, inquiry_id)
        name = await name_known(work, row.uscc)
        people = await names_of_people(work, [row.person] if row.person else [])
        result = await result_of(work, inquiry_id)
        recalled = await list_recalls(work, limit=1, inquiry=inquiry_id)
        earlier = await list_earlier(work, row)
    words, ending = words_of(request), ending_of(row)
    answer, names = await _reopen(units, staff, row) if ending == "answered" else (None, {})
    statement = with_names(payload_of(answer), names) if isinstance(answer, str) else {}
    sheet, health = lay_out(statement, words) if statement else None, health_of(statement, words)
    joint = parts_of(statement, words)
    reason = answer.reason if isinstance(answer, Denial) else row.outcome
    before = [(one, product_text(words, one.product)) for one in earlier]
    industry, portrait = industry_of(statement, words), lay_out_portrait(statement, words, at)
    drawn = (
        (sheet and sheet.dimensions) or (health and health.timeline) or (industry and industry.chart)
        or (portrait and portrait.radar)
    )  # fmt: skip
    return page(
        request, "inquiry", staff.present, scripts=("charts",) if drawn else (),
        crumbs=[(name or row.uscc, "")], row=row, name=name, who=people.get(row.person or "", row.account),
        ending=ending, tone=TONES[ending], sheet=sheet, health=health, joint=joint, portrait=portrait, at=at,
        records=records_of(statement, words), watched=watched_of(statement, words),
        traceable=is_traceable(statement), industry=industry,
        improvements=improvements_of(statement.get("improvements"), words),
        earlier=before if sheet else [], expired=bool(sheet and sheet.expires_at <= now()),
        why=why(words, reason), todo=todo(words, reason), result=result,
        recalled=recalled[0].kind if recalled else "",
        requestable=reason in REQUESTABLE, product=product_text(words, row.product),
        purpose=purpose_text(words, row.purpose), asked_at=words.exactly(row.created_at).removesuffix(" UTC+8"),
    )  # fmt: skip


@router.get("/{inquiry_id}/answer")
async def download(units: Units, staff: Staff, inquiry_id: UUID) -> Response:
    """Return the signed answer as a file, to be verified by whoever has the public keys."""
    row, answer, _ = await take_answer(units, staff, inquiry_id)
    return Response(
        answer, media_type="application/jose",
        headers={"Content-Disposition": f'attachment; filename="answer-{row.uscc}-{inquiry_id}.jws"',
                 "Cache-Control": "no-store"},
    )  # fmt: skip


async def _reopen(units: UnitsOfWork, staff: Through, row: Inquiry) -> tuple[str | Denial, dict[str, str]]:
    """Return the answer, or why it is not shown to this person now, and the names beside it."""
    try:
        actor = staff.acting("inquiries", row.account)
    except DeniedError as fault:
        return fault.denial, {}
    async with units.begin("inquiry.reopen", actor) as work:
        answer = await reopen_answer(work, row.inquiry_id)
        return answer, {} if isinstance(answer, Denial) else await names_of(work, answer)


def _row(row: Inquiry, found: OwnInquiries, words: Words) -> list[Content]:
    ending = ending_of(row)
    told = words(f"ending-{ending}") if ending in {"answered", "open"} else why(words, row.outcome)
    return [
        enterprise_cell(found.names.get(row.uscc), row.uscc, f"/console/inquiries/{row.inquiry_id}"),
        moment_cell(words, row.created_at),
        Cell(product_text(words, row.product), sub=purpose_text(words, row.purpose)),
        Cell(found.people.get(row.person or "", "") or words("by-program"), sub="" if row.person else row.account),
        Cell(told, tone=TONES[ending]),
        row.units,
        row.account,
        str(row.inquiry_id),
    ]  # fmt: skip
