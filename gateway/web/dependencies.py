"""What routes ask for: parts of the open instance, and a transaction."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

import httpx
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.gateway import Gateway
from gateway.runtime.keystore import KeyStore
from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitsOfWork


def get_gateway(request: Request) -> Gateway:
    """Return the instance this application serves."""
    gateway: Gateway = request.app.state.gateway
    return gateway


async def _gateway(request: Request) -> Gateway:
    """Do the same as a dependency: FastAPI would send a plain function to another thread, for each request."""
    return get_gateway(request)


def part(name: str) -> Callable[[Request], Awaitable[Any]]:
    """Make a dependency that gives one part of the open instance, by its name."""

    async def give(request: Request) -> Any:  # noqa: ANN401 - its type stands at the annotation
        return getattr(request.app.state.gateway, name)

    return give


def commit_point(request: Request) -> str:
    """Return the name of the transaction a route runs in."""
    return f"{request.method} {request.scope['route'].path}"


async def transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """Commit if the handler returns, roll back if it raises."""
    async with get_gateway(request).database.begin(commit_point(request)) as session:
        yield session


Gw = Annotated[Gateway, Depends(_gateway)]
Units = Annotated[UnitsOfWork, Depends(part("units"))]
TheSettings = Annotated[Settings, Depends(part("settings"))]
Keys = Annotated[KeyStore, Depends(part("keys"))]
Http = Annotated[httpx.AsyncClient, Depends(part("http"))]
# "function": commit before the response is sent. The default would commit after it, and a failed commit had said 200.
Transaction = Annotated[AsyncSession, Depends(transaction, scope="function")]
