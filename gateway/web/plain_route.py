"""A documented route with nothing of FastAPI's between request and function: for the few that are asked most."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response

from gateway.web.router import GuardedRoute


class PlainRoute(GuardedRoute):
    """Its function takes the request and returns the response; parameters, body and answer are its own affair."""

    def get_answer(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the function itself."""
        return self.endpoint
