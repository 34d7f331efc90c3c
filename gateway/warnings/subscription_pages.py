"""Subscriptions at the console: which customers are watched, one more, many from a spreadsheet, and ending one."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Row

from connectors.catalogue.load import datasets, get_catalogue
from connectors.errors import MalformedError
from connectors.personal.sealing import Protector
from gateway.consents.acquaintances import name_known, names_known
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.table import (
    Cell,
    Column,
    Content,
    Filter,
    TableQuery,
    TableSpec,
    Tone,
    counted,
    moment_cell,
    table_query,
)
from gateway.console.words import NOTHING, Words, words_of
from gateway.inquiries.batches.sheet import LARGEST_SHEET, SheetRow, read_sheet, refused_sheet
from gateway.inquiries.needs import datasets_needed
from gateway.inquiries.shown import enterprise_cell, why
from gateway.intake.forms import file_form
from gateway.intake.routes import TheIntake
from gateway.people.guard import SignedForm
from gateway.people.listing import show_table
from gateway.people.staff import Staff
from gateway.quota.dependencies import Costs
from gateway.quota.products import RISK_WATCH
from gateway.runtime.denial import Denial, DeniedError
from gateway.warnings.asking import PURPOSE
from gateway.warnings.pages import CHANGED, levels_in_words
from gateway.warnings.reading import Wanted, get_subscription, list_subscriptions, list_warnings
from gateway.warnings.subscribing import BY_INSTITUTION, Subscribed, Wish, subscribe_many, unsubscribe
from gateway.web.dependencies import Units, part
from gateway.web.router import OWN_LIMIT, Router

router = Router(prefix="/console/warning-subscriptions", include_in_schema=False)
Secrets = Annotated[Protector, Depends(part("protector"))]
SHOWN = 50
STATUSES: dict[str, Tone] = {"active": "ok", "ended": "quiet"}
SPEC = TableSpec(
    "warning-subscriptions",
    (
        Column("enterprise", "about-enterprise"), Column("status", "subscription-status"),
        Column("account", "ask-account"), Column("begun", "subscription-begun", "time"),
        Column("reason", "subscription-reason"), Column("number", "inquiry-number", "code", optional=True),
    ),
    (Filter("status", "subscription-status", options=tuple(STATUSES), prefix="subscription-"),),
)  # fmt: skip


@router.get("")
async def show_list(
    request: Request, units: Units, staff: Staff, costs: Costs,
    asked: Annotated[TableQuery, Depends(table_query(SPEC))],
) -> Response:  # fmt: skip
    """Show the institution's subscriptions, and the forms for further ones."""
    words = words_of(request)
    async with units.begin("warning-subscriptions.list", staff.reader) as work:
        rows = await list_subscriptions(
            work, status=asked.filters["status"] or None, limit=asked.limit, offset=asked.offset
        )
        names = await names_known(work, sorted({row.uscc for row in rows}))
    table = counted(asked, rows, cells=lambda row: _cells(words, row, names.get(row.uscc)))
    return await show_table(
        request, units, staff.present, "warning_subscriptions", table, staff=staff, form=Form(),
        categories=restricted(words), cost=costs[RISK_WATCH],
    )  # fmt: skip


@router.post("")
async def add(request: Request, units: Units, protector: Secrets, staff: Staff, form: SignedForm) -> Response:
    """Subscribe to one enterprise, and show what became of it."""
    actor = staff.acting("inquiries", form.get("account", ""))
    named = [code for code, _ in restricted(words_of(request)) if form.get(f"category-{code}")]
    wish = Wish(form.get("subject", "").strip()[:64], named)
    [found] = await subscribe_many(units, protector, actor, [wish])
    return _outcomes(request, staff, [(1, wish.subject, found)])


@router.post("/list", max_body_size=OWN_LIMIT)
async def add_many(request: Request, units: Units, protector: Secrets, staff: Staff, intake: TheIntake) -> Response:
    """Subscribe to the enterprises of a spreadsheet, and show what became of each row."""
    words = words_of(request)
    try:
        async with file_form(request, staff.present, intake.spool, LARGEST_SHEET) as sent:
            rows = read_sheet(sent.path, product=RISK_WATCH, purpose=PURPOSE)
    except (MalformedError, DeniedError) as fault:
        told, status = refused_sheet(words, fault)
        return page(request, "warning_outcomes", staff.present, rows=[], subscribed=0, wrong=told, status=status)
    actor = staff.acting("inquiries", sent.fields.get("account", ""))
    sound = [row for row in rows if row.question is not None and row.question.product == RISK_WATCH]
    wished = [Wish(row.subject, row.question.categories if row.question else ()) for row in sound]
    given = await subscribe_many(units, protector, actor, wished)
    found = {row.number: one for row, one in zip(sound, given, strict=True)}
    return _outcomes(request, staff, [(row.number, row.subject, found.get(row.number, row)) for row in rows])


@router.get("/{subscription_id}")
async def show(request: Request, units: Units, staff: Staff, subscription_id: UUID) -> Response:
    """Show a subscription and what was told on it."""
    words = words_of(request)
    try:
        async with units.begin("warning-subscription.show", staff.reader) as work:
            row = await get_subscription(work, subscription_id)
            told = await list_warnings(work, Wanted(subscription=subscription_id), limit=SHOWN)
            name = await name_known(work, row.uscc)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    return page(
        request, "warning_subscription", staff.present, row=row, name=name, crumbs=[(name or row.uscc, "")],
        tone=STATUSES[row.status], reason=reason_in_words(words, row.reason), tones=CHANGED,
        told=[(one, levels_in_words(words, one.after) if one.open else words("warning-withheld")) for one in told],
        categories=words.listed(title for code, title in restricted(words) if code in row.categories),
    )  # fmt: skip


@router.post("/{subscription_id}/end")
async def end(subscription_id: UUID, units: Units, staff: Staff, form: SignedForm) -> RedirectResponse:
    """End a subscription."""
    try:
        async with units.begin("warning.unsubscribe", staff.acting("inquiries", form.get("account", ""))) as work:
            await unsubscribe(work, subscription_id)
    except DeniedError as fault:
        if fault.denial.reason != "subscription-not-found":
            raise
        raise PageError("not-found", 404) from fault
    return RedirectResponse(f"/console/warning-subscriptions/{subscription_id}", 303)


def restricted(words: Words) -> list[tuple[str, str]]:
    """Return the categories whose restricted data the watch reads, which are told only where they are named."""
    known, needed = datasets(), datasets_needed(RISK_WATCH)
    codes = sorted({known[name].category for name in needed if known[name].sharing == "restricted"})
    titles = get_catalogue().categories
    return [(code, words.either(titles[code].zh, titles[code].en)) for code in codes]


def reason_in_words(words: Words, reason: str | None) -> str:
    """Return why a subscription has ended, "" of one that has not."""
    if reason is None:
        return ""
    return words("subscription-by-institution") if reason == BY_INSTITUTION else why(words, reason)


def _outcomes(
    request: Request, staff: Staff, found: Sequence[tuple[int, str, Subscribed | Denial | SheetRow]]
) -> Response:
    words = words_of(request)
    rows = [(number, subject, *_outcome(words, one)) for number, subject, one in found]
    subscribed = sum(isinstance(one, Subscribed) and not one.before for *_, one in found)
    return page(request, "warning_outcomes", staff.present, rows=rows, subscribed=subscribed, wrong="")


def _outcome(words: Words, one: Subscribed | Denial | SheetRow) -> tuple[Tone, str, str]:
    """Return the tone, the words and the address of what became of a row."""
    if isinstance(one, Subscribed):
        href = f"/console/warning-subscriptions/{one.row.subscription_id}"
        return ("info", words("subscription-already"), href) if one.before else ("ok", words("subscribed"), href)
    if isinstance(one, Denial):
        return "bad", why(words, one.reason), ""
    return "bad", words(one.wrong or "batch-row-product"), ""


def _cells(words: Words, row: Row[Any], name: str | None) -> list[Content]:
    return [
        enterprise_cell(name, row.uscc, f"/console/warning-subscriptions/{row.subscription_id}"),
        Cell(words(f"subscription-{row.status}"), tone=STATUSES[row.status]),
        row.account,
        moment_cell(words, row.created_at),
        reason_in_words(words, row.reason) or NOTHING,
        str(row.inquiry_id),
    ]
