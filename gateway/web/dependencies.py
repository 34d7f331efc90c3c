"""What the routes ask for: the open instance and a transaction."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.gateway import Gateway


def get_gateway(request: Request) -> Gateway:
    """Return the instance this application serves."""
    gateway: Gateway = request.app.state.gateway
    return gateway


async def _gateway(request: Request) -> Gateway:
    """Do the same as a dependency: FastAPI would send a plain function to another thread, for each request."""
    return get_gateway(request)


async def transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """Commit if the handler returns, roll back if it raises."""
    name = f"{request.method} {request.scope['route'].path}"
    async with get_gateway(request).database.begin(name) as session:
        yield session


Gw = Annotated[Gateway, Depends(_gateway)]
# "function": commit before the response is sent. The default would commit after it, and a failed commit had said 200.
Transaction = Annotated[AsyncSession, Depends(transaction, scope="function")]
