"""Platforms and what is told to them, for those who run the system: where each delivery stands, and trying again."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.render import PageError, page
from gateway.console.table import (
    Cell,
    Column,
    Content,
    Filter,
    Table,
    TableQuery,
    TableSpec,
    in_memory,
    moment_cell,
    table_query,
)
from gateway.console.words import Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import SignedForm, SystemPresent
from gateway.people.listing import show_table
from gateway.people.sessions import Present
from gateway.platforms.open_deliveries import Told, read_platforms
from gateway.platforms.reading import count_deliveries, get_delivery, list_deliveries, list_peers
from gateway.platforms.retrying import retry_delivery
from gateway.platforms.tables import Delivery
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
MOST_PLATFORMS = 500
STATES = ("pending", "acknowledged", "confirmed", "refused")
KINDS = ("usage-results", "evaluations", "case-transfers")
TONES = {"pending": "warn", "acknowledged": "info", "confirmed": "ok", "refused": "bad"}
FAULTS = {
    "delivery-confirmed": "op-delivery-arrived", "delivery-under-way": "op-delivery-under-way",
}  # fmt: skip
PLATFORMS = TableSpec(
    "platforms",
    (
        Column("platform", "op-platform", sortable=True),
        Column("role", "op-role"),
        Column("status", "op-state"),
        Column("last", "op-last-sent", kind="time", sortable=True),
        Column("confirmed", "op-confirmed", kind="number", sortable=True),
        Column("waiting", "op-waiting", kind="number", sortable=True),
        Column("refused", "op-refused", kind="number", sortable=True),
        Column("lag", "op-lag"),
    ),
    sort="platform",
)
DELIVERIES = TableSpec(
    "deliveries",
    (
        Column("when", "op-queued-at", kind="time"),
        Column("kind", "op-message"),
        Column("platform", "op-platform"),
        Column("state", "op-state"),
        Column("attempts", "op-tries", kind="number"),
        Column("fault", "op-last-answer"),
        Column("settled", "op-settled-at", kind="time"),
    ),
    (
        Filter("state", "op-state", options=STATES, prefix="op-delivery-"),
        Filter("kind", "op-message", options=KINDS, prefix="op-message-"),
        Filter("peer", "op-platform", kind="text"),
    ),
)


@router.get("/platforms")
async def platforms(
    request: Request,
    units: Units,
    present: SystemPresent,
    asked: Annotated[TableQuery, Depends(table_query(PLATFORMS))],
) -> Response:
    """Show the platforms: what they were told last, what came back, and how long it takes."""
    words = words_of(request)
    async with units.begin("platforms.show", acting(present)) as work:
        peers = await list_peers(work, MOST_PLATFORMS)
        told = await read_platforms(work.session)
    rows = [(peer, told.get(peer.peer_id, Told())) for peer in peers]
    table = in_memory(
        PLATFORMS, asked, rows,
        cells=lambda row: [
            Cell(row[0].peer_id, f"/console/deliveries?peer={row[0].peer_id}", row[0].url), words(ROLES[row[0].role]),
            Cell(words(STATUSES[row[0].status]), tone="quiet" if row[0].status != "suspended" else "bad"),
            words.moment(row[1].last), row[1].confirmed, row[1].waiting, row[1].refused,
            words.lasting(row[1].lag) if row[1].lag else None,
        ],
        keys={
            "platform": lambda row: row[0].peer_id, "last": lambda row: row[1].last,
            "confirmed": lambda row: row[1].confirmed, "waiting": lambda row: row[1].waiting,
            "refused": lambda row: row[1].refused,
        },
    )  # fmt: skip
    return await show_table(
        request, units, present, "platforms", table, refused=sum(one.refused for _peer, one in rows),
        waiting=sum(one.waiting for _peer, one in rows),
    )  # fmt: skip


@router.get("/deliveries")
async def deliveries(
    request: Request,
    units: Units,
    present: SystemPresent,
    asked: Annotated[TableQuery, Depends(table_query(DELIVERIES))],
    said: str = "",
) -> Response:
    """Show what was told to platforms, newest first."""
    words, wanted = words_of(request), dict(asked.filters)
    async with units.begin("deliveries.show", acting(present)) as work:
        rows = await list_deliveries(work, asked.limit, offset=asked.offset, **wanted)
        total, refused = await count_deliveries(work, **wanted), await count_deliveries(work, state="refused")
        roles = {peer.peer_id: words(ROLES[peer.role]) for peer in await list_peers(work, MOST_PLATFORMS)}
    table = Table(DELIVERIES, asked, [_cells(row, roles, words) for row in rows], total=total)
    return await show_table(
        request, units, present, "deliveries", table, refused=refused, note="op-said-retried" if said else ""
    )


@router.get("/deliveries/{delivery_id}")
async def show(request: Request, delivery_id: UUID, units: Units, present: SystemPresent, said: str = "") -> Response:
    """Show one delivery with its receipts."""
    return await _show(request, units, present, delivery_id, note="op-said-retried" if said else "")


@router.post("/deliveries/{delivery_id}/retry")
async def retry(
    request: Request, delivery_id: UUID, units: Units, present: SystemPresent, _form: SignedForm
) -> Response:
    """Try one again at once."""
    try:
        async with units.begin("delivery.retry", acting(present)) as work:
            await retry_delivery(work, delivery_id)
    except DeniedError as fault:
        if fault.denial.reason not in FAULTS:
            raise PageError("not-found", 404) from fault
        return await _show(request, units, present, delivery_id, FAULTS[fault.denial.reason], status=409)
    return RedirectResponse(f"/console/deliveries/{delivery_id}?said=retried", 303)


async def _show(
    request: Request, units: UnitsOfWork, present: Present, delivery_id: UUID, note: str = "", status: int = 200
) -> Response:
    words = words_of(request)
    try:
        async with units.begin("delivery.show", acting(present)) as work:
            row = await get_delivery(work, delivery_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    title = words(MESSAGES[row.kind])
    return page(
        request, "delivery", present, status=status, crumbs=[(title, "")], row=row, title=title, note=note,
        bad=status != 200, state=words(STATE_WORDS[row.state]), tone=TONES[row.state], fault=_fault(row, words),
    )  # fmt: skip


def _fault(row: Delivery, words: Words) -> str:
    """Return what last went wrong, in the visitor's language and without the name of a class."""
    said = (row.last_fault or "").partition(": ")[2] or row.last_fault or ""
    return words.half(said)


def _cells(row: Delivery, roles: Mapping[str, str], words: Words) -> list[Content]:
    return [
        moment_cell(words, row.created_at),
        Cell(words(MESSAGES[row.kind]), f"/console/deliveries/{row.delivery_id}"),
        Cell(roles.get(row.peer_id, row.peer_id), sub=row.peer_id),
        Cell(words(STATE_WORDS[row.state]), tone=TONES[row.state]),  # type: ignore[arg-type] # one of the tones
        row.attempts,
        _fault(row, words) or None,
        words.moment(row.settled_at) if row.settled_at else None,
    ]


ROLES = {
    "brain": "op-role-brain", "city": "op-role-city", "province": "op-role-province",
    "market-regulator": "platform-market-regulator", "police": "platform-police",
    "supervisor": "platform-supervisor",
}  # fmt: skip
STATUSES = {"active": "op-platform-active", "known": "op-platform-known", "suspended": "op-suspended"}
MESSAGES = {kind: f"op-message-{kind}" for kind in KINDS}
STATE_WORDS = {
    "pending": "op-delivery-pending", "acknowledged": "op-delivery-acknowledged",
    "confirmed": "op-delivery-confirmed", "refused": "op-delivery-refused",
}  # fmt: skip
