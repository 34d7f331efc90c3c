"""Webhooks on pages, for an institution's staff: where its systems are told, what was sent, and sending it again."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, Table, TableQuery, TableSpec, moment_cell, table_query
from gateway.console.words import Words, words_of
from gateway.people.guard import SignedForm
from gateway.people.listing import show_table
from gateway.people.staff import Staff
from gateway.people.through import Through
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Keys, TheSettings, Units
from gateway.web.router import Router
from gateway.webhooks.endpoints import (
    add_endpoint,
    change_endpoint,
    count_deliveries,
    get_delivery,
    get_endpoint,
    list_deliveries,
    list_endpoints,
    replay_delivery,
    test_endpoint,
)
from gateway.webhooks.signature import written_key
from gateway.webhooks.tables import WebhookDelivery
from gateway.webhooks.told import TOPICS

router = Router(prefix="/console/webhooks", include_in_schema=False)
STATES = ("pending", "delivered", "failed")
TONES = {"pending": "warn", "delivered": "ok", "failed": "bad", "active": "ok", "disabled": "bad"}
SAID = frozenset({"added", "changed", "tested", "replayed"})
WRONG = {
    "invalid-webhook": "webhook-wrong-url", "webhook-known": "webhook-wrong-known",
    "too-many-webhooks": "webhook-wrong-many",
}  # fmt: skip
SPEC = TableSpec(
    "webhook-deliveries",
    (
        Column("when", "webhook-when", "time"), Column("type", "webhook-type"), Column("state", "webhook-state"),
        Column("attempts", "webhook-attempts", "number"), Column("answer", "webhook-answer"),
        Column("next", "webhook-next", "time"),
    ),
    (Filter("state", "webhook-state", options=STATES, prefix="webhook-state-"),),
)  # fmt: skip


@router.get("")
async def show_list(request: Request, units: Units, staff: Staff, keys: Keys, said: str = "") -> Response:
    """Show the institution's endpoints, and the form for a further one."""
    return await _list(request, units, staff, keys, Form(), said)


@router.post("")
async def add(
    request: Request, units: Units, staff: Staff, keys: Keys, settings: TheSettings, form: SignedForm
) -> Response:
    """Register an endpoint."""
    topics = [topic for topic in TOPICS if form.get(f"topic-{topic}")]
    try:
        async with units.begin("webhook.add", staff.reader) as work:
            made = await add_endpoint(work, form.get("url", "").strip(), topics, settings.webhook_networks)
    except DeniedError as fault:
        words = words_of(request)
        if fault.denial.reason not in WRONG:
            raise
        told = words(WRONG[fault.denial.reason], why=words.half(fault.denial.detail))
        return await _list(request, units, staff, keys, Form(form, {"url": told}), "")
    return RedirectResponse(f"/console/webhooks/{made.endpoint_id}?said=added", 303)


@router.get("/{webhook_id}")
async def show(
    request: Request,
    webhook_id: UUID,
    units: Units,
    staff: Staff,
    asked: Annotated[TableQuery, Depends(table_query(SPEC))],
    said: str = "",
) -> Response:
    """Show an endpoint and what was sent to it."""
    state = asked.filters["state"]
    try:
        async with units.begin("webhook.show", staff.reader) as work:
            row = await get_endpoint(work, webhook_id)
            sent = await list_deliveries(work, webhook_id, asked.limit, state=state, offset=asked.offset)
            total = await count_deliveries(work, webhook_id, state)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    words = words_of(request)
    table = Table(SPEC, asked, [_cells(one, words) for one in sent], total=total)
    return await show_table(
        request, units, staff.present, "webhook", table, row=row, tone=TONES[row.status],
        topics=row.topics or list(TOPICS), note=said if said in SAID else "", crumbs=[(words("webhook-one"), "")],
    )  # fmt: skip


@router.get("/{webhook_id}/deliveries/{message_id}")
async def show_delivery(request: Request, webhook_id: UUID, message_id: UUID, units: Units, staff: Staff) -> Response:
    """Show one message as it is sent, and what became of it."""
    try:
        async with units.begin("webhook.delivery", staff.reader) as work:
            endpoint = await get_endpoint(work, webhook_id)
            row = await get_delivery(work, webhook_id, message_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    words = words_of(request)
    return page(
        request, "webhook_delivery", staff.present, row=row, endpoint=endpoint, tone=TONES[row.state],
        fault=_answer(row, words), body=row.body.decode(),
        crumbs=[(words("webhook-one"), f"/console/webhooks/{webhook_id}"), (words("webhook-message"), "")],
    )  # fmt: skip


@router.post("/{webhook_id}/deliveries/{message_id}/replay")
async def replay(webhook_id: UUID, message_id: UUID, units: Units, staff: Staff, _form: SignedForm) -> RedirectResponse:
    """Have a message sent again."""
    async with units.begin("webhook.replay", staff.reader) as work:
        await replay_delivery(work, webhook_id, message_id)
    return RedirectResponse(f"/console/webhooks/{webhook_id}?said=replayed", 303)


@router.post("/{webhook_id}/test")
async def test(webhook_id: UUID, units: Units, staff: Staff, _form: SignedForm) -> RedirectResponse:
    """Have a test sent."""
    async with units.begin("webhook.test", staff.reader) as work:
        await test_endpoint(work, webhook_id)
    return RedirectResponse(f"/console/webhooks/{webhook_id}?said=tested", 303)


@router.post("/{webhook_id}/change")
async def change(webhook_id: UUID, units: Units, staff: Staff, form: SignedForm) -> RedirectResponse:
    """Disable, enable or remove an endpoint."""
    act = form.get("change", "")
    if act not in {"disable", "enable", "remove"}:
        raise PageError("form-stale", 403)
    async with units.begin("webhook.change", staff.reader) as work:
        await change_endpoint(work, webhook_id, act)
    kept = "" if act == "remove" else f"/{webhook_id}"
    return RedirectResponse(f"/console/webhooks{kept}?said=changed", 303)


async def _list(request: Request, units: UnitsOfWork, staff: Through, keys: Keys, form: Form, said: str) -> Response:
    async with units.begin("webhooks.list", staff.reader) as work:
        rows = await list_endpoints(work)
    return page(
        request, "webhooks", staff.present, status=400 if form.errors else 200, form=form, rows=rows, tones=TONES,
        topics=list(TOPICS), note=said if said in SAID else "", key=written_key(keys.public("delivery")),
    )  # fmt: skip


def _cells(row: WebhookDelivery, words: Words) -> list[Content]:
    waiting = row.state == "pending"
    return [
        moment_cell(words, row.created_at),
        Cell(_called(row.type, words), f"/console/webhooks/{row.endpoint_id}/deliveries/{row.delivery_id}"),
        Cell(words(f"webhook-state-{row.state}"), tone=TONES[row.state]),  # type: ignore[arg-type] # one of the tones
        row.attempts,
        _answer(row, words) or None,
        words.moment(row.next_at) if waiting else None,
    ]


def _called(type_: str, words: Words) -> str:
    """Return what a message tells of, in words: as the event is called in the log."""
    return words(f"event-{type_.removeprefix('xinqiao.')}")


def _answer(row: WebhookDelivery, words: Words) -> str:
    if row.last_fault:
        return words.half(row.last_fault)
    return "" if row.last_status is None else words("webhook-answered", status=str(row.last_status))
