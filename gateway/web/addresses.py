"""Addresses that hold NUL are refused before anything reads them: no text of the database can hold it."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.runtime.denial import Denial
from gateway.web.problems import problem

REFUSED = Denial(
    "invalid-request",
    "地址不能含 NUL（%00）。No address can hold NUL (%00).",
    {"invalid_params": [{"name": "address", "reason": "%00"}]},
)


class WithoutNul:
    """Wrap the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it as a problem."""
        if scope["type"] == "http" and ("\x00" in scope["path"] or b"%00" in scope["query_string"]):
            await problem(Request(scope), REFUSED)(scope, receive, send)
        else:
            await self._app(scope, receive, send)
