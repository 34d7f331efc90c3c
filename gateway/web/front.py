"""The application with a front: the few addresses that are asked most are answered before its layers and its routes.

Those layers, for all that they may be asked to do, take longer than an answer. What a front answers is what the route
of the framework would: by the same use case, within the same edge and observation. What is out of the ordinary, a front
leaves to the route, which is what the interface documents.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from pydantic import BaseModel, ValidationError
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web.json_body import check_json
from gateway.web.router import SMALL_BYTES, bounded, read_body

Model = TypeVar("Model", bound=BaseModel)
_BODY = "xinqiao.body"  # of a scope: what was read of it in front


@dataclass(frozen=True)
class Front:
    """What answers POST at a path, and nothing where the route is to answer; a route by its path, to whoever looks.

    The path may have parameters, as a route's has.
    """

    path: str
    answer: Callable[[Request], Awaitable[Response | None]]

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """What a path with parameters looks like; None without any."""
        return compile_path(self.path)[0] if "{" in self.path else None


class FrontedApp(FastAPI):
    """FastAPI with fronts, by path."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401 - FastAPI's own
        """Take what FastAPI takes."""
        super().__init__(**more)
        self.fronts: dict[str, Front] = {}
        self._in_front: ASGIApp | None = None

    def add_front(self, front: Front) -> None:
        """Have a path answered in front."""
        self.fronts[front.path] = front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in front where there is one, else as FastAPI does."""
        front = self._find_front(scope) if scope["type"] == "http" and scope["method"] == "POST" else None
        if front is None:
            await super().__call__(scope, receive, send)
            return
        scope.update({"app": self, "root_path": self.root_path or scope.get("root_path", "")})
        scope["route"] = front
        self._in_front = self._in_front or self._layers()
        await self._in_front(scope, receive, send)

    def _find_front(self, scope: Scope) -> Front | None:
        """Return the front of a path, whose parameters stand in the scope then, as a route's do."""
        path = scope["path"]
        if path in self.fronts:
            return self.fronts[path]
        for front in self.fronts.values():
            if front.pattern and (found := front.pattern.match(path)):
                scope["path_params"] = found.groupdict()
                return front
        return None

    def _layers(self) -> ASGIApp:
        """Return what stands around every front: of the layers of build_middleware_stack those that are ours."""
        handlers = dict(self.exception_handlers)
        on_fault: Any = handlers.pop(Exception, None)
        framework = AsyncExitStackMiddleware(self.router)

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope, receive)
            response = await scope["route"].answer(request)
            if response is None:
                await framework(scope, _again(scope, receive), send)
            else:
                await response(scope, receive, send)

        app: ASGIApp = ExceptionMiddleware(answer, handlers=handlers)
        for layer in reversed(self.user_middleware):
            app = layer.cls(app, *layer.args, **layer.kwargs)
        return ServerErrorMiddleware(app, handler=on_fault)


async def read_model(request: Request, model: type[Model]) -> Model | None:
    """Read a body of JSON, as a route does: bounded, not too deep; None for one that the route is to answer, since it
    is said to be something else, or has not the model's form. Raises DeniedError.
    """
    if request.headers.get("content-type") != "application/json":
        return None
    body = await read_body(bounded(request, SMALL_BYTES))
    request.scope[_BODY] = body
    check_json(body)
    try:
        return model.model_validate_json(body)
    except ValidationError:
        return None


def _again(scope: Scope, receive: Receive) -> Receive:
    """Return what receives a request whose body was read already."""
    body: bytes | None = scope.get(_BODY)

    async def receive_again() -> Message:
        nonlocal body
        if body is None:
            return await receive()
        message, body = {"type": "http.request", "body": body, "more_body": False}, None
        return message

    return receive_again
