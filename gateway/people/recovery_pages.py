"""The page of one's own recovery codes."""

from fastapi import Request
from fastapi.responses import Response

from gateway.console.form import Form
from gateway.console.render import page
from gateway.console.words import words_of
from gateway.people.acting import acting
from gateway.people.answering import credentials, let_wait
from gateway.people.guard import Anyone, SignedForm
from gateway.people.recovery import count_codes, renew_codes
from gateway.people.sessions import Present
from gateway.people.signin import SignInWaitError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)


@router.get("/recovery-codes")
async def recovery_codes(request: Request, units: Units, present: Anyone) -> Response:
    """Show how many codes are left, and the form that makes new ones."""
    left = await _left(units, present)
    return page(request, "recovery_codes", present, codes=(), left=left, form=Form())


@router.post("/recovery-codes")
async def renew(request: Request, units: Units, settings: TheSettings, present: Anyone, form: SignedForm) -> Response:
    """Make new codes and show them once, or show the form again."""
    try:
        codes = await renew_codes(units, credentials(request, settings, present.person_id, form))
    except SignInWaitError as fault:
        left = await _left(units, present)
        return let_wait(request, "recovery_codes", fault, present, codes=(), left=left)
    if codes is None:
        wrong, left = Form(errors={"password": words_of(request)("proof-wrong")}), await _left(units, present)
        return page(request, "recovery_codes", present, codes=(), left=left, form=wrong, status=401)
    return page(request, "recovery_codes", present, codes=codes, left=len(codes), form=Form(), scripts=("codes",))


async def _left(units: UnitsOfWork, present: Present) -> int | None:
    async with units.begin("recovery-codes.show", acting(present)) as work:
        return await count_codes(work, present.person_id)
