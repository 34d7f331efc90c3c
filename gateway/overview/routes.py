"""The way in: a browser comes to the console, a program to a list of links."""

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from gateway.web.router import Router

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
