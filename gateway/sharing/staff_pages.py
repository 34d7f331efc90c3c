"""A credential that an enterprise showed, pasted by an institution's people: what it says, and whether it holds."""

from fastapi import Request
from fastapi.responses import Response

from gateway.console.form import Form
from gateway.console.render import page
from gateway.people.guard import SignedForm
from gateway.people.staff import Staff
from gateway.sharing.looking import Looked, look_at
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import Router

router = Router(prefix="/console/credentials", include_in_schema=False)


@router.get("")
async def ask(request: Request, settings: TheSettings, staff: Staff) -> Response:
    """Show the form to paste one into."""
    return _page(request, staff, Form({}, {}), None, offered=settings.share_credentials)


@router.post("")
async def look(request: Request, units: Units, settings: TheSettings, staff: Staff, form: SignedForm) -> Response:
    """Show what was pasted."""
    async with units.begin("credential.look", staff.reader) as work:
        looked = await look_at(work, form.get("credential", ""), offered=settings.share_credentials)
    return _page(request, staff, Form(form, {}), looked, offered=True)


def _page(request: Request, staff: Staff, form: Form, looked: Looked | None, *, offered: bool) -> Response:
    return page(request, "credentials", staff.present, form=form, looked=looked, offered=offered)
