"""Sources read on a schedule: how each is doing, and what a system administrator does to it."""

from typing import Literal

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from connectors.sources.schedule import list_sources
from gateway.console.render import page
from gateway.people.acting import acting
from gateway.people.guard import SignedForm, SystemPresent
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.sources.life import change_source
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/sources", include_in_schema=False)


@router.get("")
async def show(request: Request, units: Units, present: SystemPresent, said: str = "") -> Response:
    """Show the sources, those with a fault first."""
    return await _sources(request, units, present, "source-done" if said == "done" else "")


@router.post("/{source_id}/{act}")
async def change(
    request: Request,
    source_id: str,
    act: Literal["pause", "resume", "reset-watermark"],
    units: Units,
    present: SystemPresent,
    _form: SignedForm,
) -> Response:
    """Pause one, go on with it, or read it again from the beginning."""
    try:
        async with units.begin(f"source.{act}", acting(present)) as work:
            await change_source(work, source_id, act)
    except DeniedError as fault:
        return await _sources(request, units, present, "not-done", str(fault))
    return RedirectResponse("/console/sources?said=done", 303)


async def _sources(request: Request, units: UnitsOfWork, present: Present, note: str, fault: str = "") -> Response:
    async with units.begin("source.list", acting(present)) as work:
        rows = [row for row in await list_sources(work.session) if row.status != "removed"]
    rows.sort(key=lambda row: -row.faults)
    return page(request, "sources", present, rows=rows, note=note, fault=fault, status=409 if fault else 200)
