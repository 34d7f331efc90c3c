"""What routes ask for: parts of the open instance."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import httpx
from fastapi import Depends, Request

from gateway.runtime.keystore import KeyStore
from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitsOfWork


def part(name: str) -> Callable[[Request], Awaitable[Any]]:
    """Make a dependency that gives one part of the open instance, by its name."""

    # A coroutine: FastAPI would send a plain function to another thread, for each request.
    async def give(request: Request) -> Any:  # noqa: ANN401 - its type stands at the annotation
        return getattr(request.app.state.gateway, name)

    return give


def commit_point(request: Request) -> str:
    """Return the name of the transaction a route runs in."""
    return f"{request.method} {request.scope['route'].path}"


Units = Annotated[UnitsOfWork, Depends(part("units"))]
TheSettings = Annotated[Settings, Depends(part("settings"))]
Keys = Annotated[KeyStore, Depends(part("keys"))]
Http = Annotated[httpx.AsyncClient, Depends(part("http"))]
