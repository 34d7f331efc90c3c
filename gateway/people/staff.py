"""Who opens the pages of an institution's staff: the person, with the accounts that are open to them."""

from typing import Annotated

from fastapi import Depends, Request

from gateway.identity.clients.peer import address_of
from gateway.identity.dependencies import TheAccess, TheLimiter
from gateway.people.guard import signed_in
from gateway.people.sessions import Present
from gateway.people.through import Through, find_accounts
from gateway.runtime.actor import ANYONE
from gateway.web.dependencies import TheSettings, Units

StaffPresent = Annotated[Present, Depends(signed_in("staff"))]


async def find_through(
    request: Request, units: Units, access: TheAccess, limiter: TheLimiter, settings: TheSettings, present: StaffPresent
) -> Through:
    """Return the person with their accounts, in a transaction that has ended when the page begins."""
    async with units.begin("staff.accounts", ANYONE) as work:
        accounts = await find_accounts(work, present.institution_id)
    return Through(present, accounts, await access.current(), address_of(request, settings), limiter)


Staff = Annotated[Through, Depends(find_through)]
