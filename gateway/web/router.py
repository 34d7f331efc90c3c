"""Every route of the service: who calls is known from the head alone, before a byte of the body is read.

FastAPI reads and parses the body first and asks afterwards. Here a caller without a token costs no more than a head,
and what is read of a body is counted: a route that declares no limit takes SMALL_BYTES.
"""

import sys
from collections.abc import Callable, Coroutine, Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from fastapi import APIRouter, Request, Response  # noqa: TID251 - here it is made safe
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import ClientDisconnect
from starlette.types import Message

from gateway.runtime.denial import DeniedError
from gateway.web.body import announces_more
from gateway.web.json_body import check_json

INTERFACE = "/v1/"  # its parameters are those that it documents; pages carry others of their own
SMALL_BYTES = 64 * 1024
OWN_LIMIT = sys.maxsize  # for max_body_size: the route counts the body itself, against a setting


class GuardedRoute(APIRoute):
    """A route whose body is read for callers it lets in, and no further than it takes."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        max_body_size: int | None = None,
        **more: Any,  # noqa: ANN401
    ) -> None:
        """Take what FastAPI takes. `max_body_size` stays here: FastAPI's own limit would tell a stranger 413 first."""
        self.most_bytes = SMALL_BYTES if max_body_size is None else max_body_size
        super().__init__(path, endpoint, **more)

    def get_answer(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers once the caller is known: FastAPI's handler."""
        return super().get_route_handler()

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler: the caller, the body, the answer."""
        answer, checks, takes_json = self.get_answer(), [*head_checks(self.dependant)], self.body_field is not None
        parameters = frozenset(query_names(self.dependant))
        reads = self.methods == {"GET"} and self.path.startswith(INTERFACE)

        async def guarded(request: Request) -> Response:
            for check in checks:
                await check(request)
            if reads:
                check_query(request, parameters)
            admitted = bounded(request, self.most_bytes)
            if takes_json:
                check_json(await read_body(admitted))
            return await answer(admitted)

        return guarded


class Router(APIRouter):
    """A room's routes, all of them guarded."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401 - FastAPI's own
        # A path with a slash too many is not there: FastAPI would send the caller on to whatever host they named.
        super().__init__(route_class=GuardedRoute, redirect_slashes=False, **more)


def head_checks(dependant: Dependant) -> Iterator[Any]:
    """Yield those dependencies of a route that say who is calling: they name `scopes` (identity/caller.py)."""
    if dependant.call is not None and hasattr(dependant.call, "scopes"):
        yield dependant.call
    for one in dependant.dependencies:
        yield from head_checks(one)


def query_names(dependant: Dependant) -> Iterator[str]:
    """Yield the names of a route's parameters in the query, its dependencies' too."""
    for one in dependant.query_params:
        kind = one.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from (field.alias or name for name, field in kind.model_fields.items())
        else:
            yield one.alias
    for dependency in dependant.dependencies:
        yield from query_names(dependency)


def check_query(request: Request, known: AbstractSet[str]) -> None:
    """Raise DeniedError for a parameter that the route does not have: a filter that is misspelt would filter nothing,
    and a body with a member too many is refused, too.
    """
    wrong = [name for name in dict.fromkeys(request.query_params) if name not in known]
    if wrong:
        names = ", ".join(sorted(known)) or "—"
        reason = f"没有这个参数，可用 there is no such parameter; there are: {names}"
        told = [{"name": f"query.{name[:100]}", "reason": reason} for name in wrong[:20]]
        raise DeniedError("invalid-request", invalid_params=told)


async def read_body(request: Request) -> bytes:
    """Read a body whole. Raises DeniedError where the sender hangs up, or it is larger than it may be."""
    try:
        return await request.body()
    except ClientDisconnect as fault:
        raise DeniedError("http-error", "连接在传输中断开 The connection broke.") from fault


def bounded(request: Request, most: int) -> Request:
    """Return the request with an end to its body: reading on beyond `most` bytes raises DeniedError.

    What it announces to be larger is not read at all.
    """
    received = most + 1 if announces_more(request, most) else 0

    async def receive() -> Message:
        nonlocal received
        if received <= most:
            message = await request.receive()
            received += len(message.get("body", b""))
        if received > most:
            raise DeniedError("body-too-large", f"请求体最多 {most} 字节 The body holds at most {most} bytes.")
        return message

    return Request(request.scope, receive)
