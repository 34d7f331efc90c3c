"""Sources read on a schedule: how each is doing, and what an operator does to it."""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from connectors.store.tables import Source
from gateway.console.guard import OperatorPresent, SignedForm
from gateway.console.render import page
from gateway.people.sessions import Present
from gateway.runtime.errors import GatewayError
from gateway.sources.life import change_source
from gateway.web.dependencies import Gw, Transaction

router = APIRouter(prefix="/console/sources", include_in_schema=False)


@router.get("")
async def show(request: Request, session: Transaction, present: OperatorPresent, said: str = "") -> Response:
    """Show the sources, those with a fault first."""
    return await _sources(request, session, present, "source-done" if said == "done" else "")


@router.post("/{source_id}/{act}")
async def change(
    request: Request,
    source_id: str,
    act: Literal["pause", "resume", "reset-watermark"],
    gateway: Gw,
    session: Transaction,
    present: OperatorPresent,
    _form: SignedForm,
) -> Response:
    """Pause one, go on with it, or read it again from the beginning."""
    try:
        await change_source(gateway, actor=present.actor, source_id=source_id, act=act)
    except GatewayError as fault:
        return await _sources(request, session, present, "not-done", str(fault))
    return RedirectResponse("/console/sources?said=done", 303)


async def _sources(request: Request, session: AsyncSession, present: Present, note: str, fault: str = "") -> Response:
    query = select(Source).where(col(Source.status) != "removed")
    rows = (await session.execute(query.order_by(col(Source.faults).desc(), col(Source.source_id)))).scalars().all()
    return page(request, "sources", present, rows=rows, note=note, fault=fault, status=409 if fault else 200)
