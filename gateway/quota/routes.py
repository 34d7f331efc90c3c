"""What an account has left, and the header fields that say so on every charged answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from connectors.model.calendar import day_of
from gateway.identity.caller import working
from gateway.quota.ledger import Charge, read_room
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["查询 Ask"])
Account = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]
WINDOWS = {"acct-day": 86_400, "acct-month": 2_592_000}
NO_INQUIRY = UUID(int=0)


@router.get("/quota", summary="剩余配额 What is left")
async def quota(work: Account) -> dict[str, Any]:
    """Return the account's own use and limits; of the institution only what it leaves."""
    caller = work.actor
    assert caller.institution_id is not None, "accounts belong to institutions"  # noqa: S101 - see the client table
    charge = Charge(NO_INQUIRY, caller.client_id, caller.institution_id, "score", 0)
    room = await read_room(work.session, charge, day_of(await database_now(work.session)))
    own = {
        r.policy.removeprefix("acct-"): {
            "used": r.used, "reserved": r.reserved, "limit": r.most or 0, "resets_in_seconds": r.resets_in,
        }
        for r in room if r.policy in WINDOWS
    }  # fmt: skip
    return {"account": caller.client_id, **own, "remaining": min(r.left for r in room), "unit": "score = 1"}
