"""The page of one's own recovery codes."""

from fastapi import Request
from fastapi.responses import Response

from gateway.console.render import page
from gateway.identity.clients.peer import address_of
from gateway.people.acting import acting
from gateway.people.guard import Anyone, SignedForm
from gateway.people.pages import WAIT_STATUS
from gateway.people.recovery import count_codes, renew_codes
from gateway.people.sessions import Present
from gateway.people.signin import Credentials, SignInWaitError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)


@router.get("/recovery-codes")
async def recovery_codes(request: Request, units: Units, present: Anyone) -> Response:
    """Show how many codes are left, and the form that makes new ones."""
    return await _codes(request, units, present)


@router.post("/recovery-codes")
async def renew(request: Request, units: Units, settings: TheSettings, present: Anyone, form: SignedForm) -> Response:
    """Make new codes and show them once, or show the form again."""
    code, address = form.get("code", "").replace(" ", ""), str(address_of(request, settings) or "")
    try:
        codes = await renew_codes(units, Credentials(present.person_id, form.get("password", ""), code, address))
    except SignInWaitError as fault:
        shown = await _codes(request, units, present, fault.key, WAIT_STATUS[fault.key], fault.seconds)
        shown.headers["Retry-After"] = str(fault.seconds)
        return shown
    if codes is None:
        return await _codes(request, units, present, "sign-in-wrong", 401)
    return page(request, "recovery_codes", present, codes=codes, left=len(codes), wrong="", seconds=0)


async def _codes(
    request: Request, units: UnitsOfWork, present: Present, wrong: str = "", status: int = 200, seconds: int = 0
) -> Response:
    async with units.begin("recovery-codes.show", acting(present)) as work:
        left = await count_codes(work, present.person_id)
    return page(request, "recovery_codes", present, status=status, codes=(), left=left, wrong=wrong, seconds=seconds)
