"""Keeping a view of a table, and forgetting it."""

from fastapi.responses import RedirectResponse, Response

from gateway.console.forms import own_path
from gateway.people.acting import acting
from gateway.people.guard import Anyone, SignedForm
from gateway.people.saved_views import remove_view, save_view
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/views", include_in_schema=False)


@router.post("")
async def save(units: Units, present: Anyone, form: SignedForm) -> Response:
    """Keep what the address asks of a table, and show it."""
    query = form.get("query", "")
    async with units.begin("view.save", acting(present)) as work:
        await save_view(work, present.person_id, form.get("table", "")[:60], form.get("name", ""), query)
    path = own_path(form.get("path", ""))
    return RedirectResponse(f"{path}?{query}" if query else path, 303)


@router.post("/remove")
async def remove(units: Units, present: Anyone, form: SignedForm) -> Response:
    """Forget a view."""
    async with units.begin("view.remove", acting(present)) as work:
        await remove_view(work, present.person_id, form.get("table", ""), form.get("name", ""))
    return RedirectResponse(own_path(form.get("path", "")), 303)
