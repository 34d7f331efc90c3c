"""The way in, what waits for whoever asks, and how the whole stands."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from gateway.identity.caller import working
from gateway.overview.documents import overview_document, waiting_document
from gateway.overview.figures import read_overview
from gateway.overview.waiting import find_waiting
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

Deciding = Annotated[
    UnitOfWork,
    Depends(
        working("inquiries", "consents", "usage-results", "datasets", "records", "cases", "audit", "admin", "system"),
        scope="function",
    ),
]
Overseeing = Annotated[UnitOfWork, Depends(working("audit"), scope="function")]

router = Router()
LINKS = {
    "console": "/console",
    "docs": "/docs",
    "openapi": "/openapi.json",
    "authorization_server": "/.well-known/oauth-authorization-server",
    "keys": "/.well-known/xinqiao-keys",
    "log": "/audit/log/checkpoint",
    "ready": "/readyz",
}


@router.head("/", include_in_schema=False)
@router.get("/", summary="入口 Where to go on", tags=["参考 Reference"])
async def entrance(request: Request) -> Response:
    """Lead a browser to the console; tell a program the addresses of the interface, its metadata and the log."""
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse("/console", 303, headers={"Vary": "Accept"})
    issuer: str = request.app.state.issuer
    return JSONResponse({name: f"{issuer}{path}" for name, path in LINKS.items()}, headers={"Vary": "Accept"})


@router.get("/v1/waiting", summary="待我处理 What waits for the caller", tags=["运行 Operation"])
async def waiting(work: Deciding) -> dict[str, Any]:
    """Return what waits for the caller to decide or to see to, by kind, with the console's page for each."""
    return waiting_document(await find_waiting(work, work.actor.kind))


@router.get("/v1/overview", summary="总览 How the whole stands", tags=["审计 Audit"])
async def overview(work: Overseeing) -> dict[str, Any]:
    """Return the figures of this moment: enterprises, feeds, today's inquiries, the newest scores, deliveries.

    A number of enterprises from 1 to 4 is `null`: it could tell something about one of them.
    """
    return overview_document(await read_overview(work, "interface"))
