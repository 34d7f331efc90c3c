"""A console page that is not there: whoever opens it in a browser sees a page, a program the problem document."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.console.render import page

_NOT_FOUND = 404
Handler = Callable[[Request, Exception], Awaitable[Response]]


def show_missing_pages(app: FastAPI) -> None:
    """Have browsers shown a page for a path of the console that is none; every other fault is answered as before."""
    for kind in (HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _in_the_console(app.exception_handlers[kind]))  # type: ignore[arg-type] # async


def _in_the_console(otherwise: Handler) -> Handler:
    async def answer(request: Request, fault: Exception) -> Response:
        missing = getattr(fault, "status_code", _NOT_FOUND) == _NOT_FOUND  # an id that is none names no page either
        opened = request.method == "GET" and "text/html" in request.headers.get("accept", "")
        if missing and opened and request.url.path.startswith("/console/"):
            return page(request, "error", status=_NOT_FOUND, reason="not-found")
        return await otherwise(request, fault)

    return answer
