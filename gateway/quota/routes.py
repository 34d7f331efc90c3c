"""What an account has left, and the header fields that say so on every charged answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from connectors.model.calendar import day_of
from gateway.identity.caller import working
from gateway.quota.books import Charge, Room, remaining
from gateway.quota.ledger import read_books
from gateway.quota.products import PRODUCTS
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["查询 Ask"])
Account = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]
NO_INQUIRY = UUID(int=0)
EVERYDAY = ("day", "month")
_NONE: dict[str, Any] = {"used": 0, "reserved": 0, "limit": 0, "resets_in_seconds": None}


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
        "remaining": remaining(books.rooms_of(charges[0])), "unit": "score = 1",
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
