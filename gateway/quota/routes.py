"""What an account has left, and the header fields that say so on every charged answer."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import Response
from sqlalchemy import Row

from connectors.model.calendar import day_of
from gateway.identity.caller import working
from gateway.quota.books import Charge, Room, remaining
from gateway.quota.entries import as_csv, entry_document, list_entries
from gateway.quota.ledger import read_books
from gateway.quota.products import PRODUCTS
from gateway.quota.reconciling import reconcile_quota
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["查询 Ask"])
Account = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]
Operating = Annotated[UnitOfWork, Depends(working("admin"), scope="function")]
Limit = Annotated[int, Query(ge=1, le=500)]
NO_INQUIRY = UUID(int=0)
EVERYDAY = ("day", "month")
_NONE: dict[str, Any] = {"used": 0, "reserved": 0, "limit": 0, "resets_in_seconds": None}


class Csv(Response):
    """A file that spreadsheets open."""

    media_type = "text/csv; charset=utf-8"


async def read_page(
    work: Account,
    since: date | None = None,
    until: date | None = None,
    after: UUID | None = None,
    limit: Limit = 100,
) -> tuple[Sequence[Row[Any]], int]:
    """Return a page of the account's entries, and how many it may hold; reading them is recorded."""
    rows = await list_entries(work, since=since, until=until, after=after, limit=limit)
    await work.record(
        "quota.ledger_read", {"rows": len(rows)}, institution=work.actor.institution_id,
        account=work.actor.client_id, outcome="read",
    )  # fmt: skip
    return rows, limit


Page = Annotated[tuple[Sequence[Row[Any]], int], Depends(read_page, scope="function")]


@router.get("/quota", summary="剩余配额 What is left")
async def quota(work: Account) -> dict[str, Any]:
    """Return the account's own use and limits; of its institution and the platform only what they leave."""
    caller = work.actor
    assert caller.institution_id is not None, "accounts belong to institutions"  # noqa: S101 - see the client table
    charges = [Charge(NO_INQUIRY, caller.client_id, caller.institution_id, product, 0) for product in PRODUCTS]
    books = await read_books(work.session, charges, day_of(await database_now(work.session)))
    own = {room.policy: room for charge in charges for room in books.rooms_of(charge) if room.key.scope == "account"}
    everyday = {period: _everyday(own.get(f"acct-{period}")) for period in EVERYDAY}
    limits = [_limit(room) for room in own.values() if room.most is not None]
    return {
        "account": caller.client_id, **everyday, "limits": limits,
        "remaining": remaining(books.rooms_of(charges[0])), "costs": dict(books.costs),
        "unit": f"score = {books.costs['score']}",
    }  # fmt: skip


@router.get("/quota/ledger", summary="计费明细 The ledger")
async def ledger(page: Page) -> dict[str, Any]:
    """Return the account's charges and what was taken back, oldest first, of the days from `since` to before `until`
    (Asia/Shanghai); `next` pages on.
    """
    rows, limit = page
    following = str(rows[-1].entry_id) if len(rows) == limit else None
    return {"entries": [entry_document(row) for row in rows], "next": following}


@router.get("/quota/ledger.csv", summary="计费明细文件 The ledger as a file", response_class=Csv)
async def ledger_file(page: Page) -> Response:
    """Return the same page as CSV."""
    headers = {"Content-Disposition": 'attachment; filename="quota-ledger.csv"'}
    return Csv(as_csv(page[0]), headers=headers)


@router.post("/admin/quota/reconcile", summary="核对配额 Compare ledger, counters, inquiries and costs")
async def reconcile(work: Operating) -> dict[str, Any]:
    """Return what is not equal; nothing is, as long as nobody changed the database."""
    found = await reconcile_quota(work)
    return {
        "equal": not found,
        "differences": [
            {"rule": rule, "what": what, "counted": counted, "found": there} for rule, what, counted, there in found
        ],
    }  # fmt: skip


def _everyday(room: Room | None) -> dict[str, Any]:
    if room is None or room.most is None:
        return _NONE
    return {
        "used": room.used, "reserved": room.reserved, "limit": room.most, "resets_in_seconds": room.resets_in,
    }  # fmt: skip


def _limit(room: Room) -> dict[str, Any]:
    return {
        "policy": room.policy, "product": room.key.product, "unit": room.key.unit, "period": room.key.period,
        "used": room.used, "reserved": room.reserved, "limit": room.most, "overdraft_pct": room.overdraft_pct,
        "granted": room.granted, "left": room.left, "resets_at": room.resets_at,
    }  # fmt: skip
