"""Faults in the console: whoever opened a page sees a page in the shell, a program the problem document."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.console.render import PageError, page
from gateway.console.words import language_of
from gateway.identity.refusals import record_refusal
from gateway.people.guard import cookie_name, find_visitor
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.storage_faults import STORAGE_FAULTS, is_storage_fault
from gateway.web.error_table import ERRORS

Handler = Callable[[Request, Exception], Awaitable[Response]]


def show_faults_as_pages(app: FastAPI) -> None:
    """Have browsers shown a page for what the console cannot do; every other fault is answered as before."""
    for kind in (HTTPException, RequestValidationError, DeniedError, *STORAGE_FAULTS, Exception):
        app.add_exception_handler(kind, _in_the_shell(app.exception_handlers[kind]))  # type: ignore[arg-type] # async


def _in_the_shell(otherwise: Handler) -> Handler:
    async def answer(request: Request, fault: Exception) -> Response:
        answered = await otherwise(request, fault)
        if not request.url.path.startswith("/console") or "text/html" not in request.headers.get("accept", ""):
            return answered
        reason = _reason(fault)
        if reason == "not-found" or answered.status_code == HTTPStatus.NOT_FOUND:
            return await show_fault(request, HTTPStatus.NOT_FOUND, key="not-found")
        row, chinese = ERRORS[reason], language_of(request) == "zh"
        title, remedy = (row.title_zh, row.remedy_zh) if chinese else (row.title_en, row.remedy_en)
        shown = await show_fault(request, answered.status_code, title=title, remedy=remedy)
        shown.headers.update({name: value for name, value in answered.headers.items() if name == "retry-after"})
        return shown

    return answer


def _reason(fault: Exception) -> str:
    """Return the row of the error table that says what is wrong."""
    if isinstance(fault, DeniedError):
        return fault.denial.reason
    if isinstance(fault, RequestValidationError):  # what an address names is none, an id that is none among them
        return "not-found"
    if isinstance(fault, HTTPException):
        named = {HTTPStatus.NOT_FOUND: "not-found", HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed"}
        return named.get(HTTPStatus(fault.status_code), "http-error")
    return "storage-unavailable" if is_storage_fault(fault) else "internal-error"


async def on_page_error(request: Request, fault: Exception) -> Response:
    """Show a PageError, and record it where it refuses somebody signed in."""
    assert isinstance(fault, PageError)  # noqa: S101 - registered for this type
    if fault.status == HTTPStatus.FORBIDDEN:
        await record_refusal(request, fault.key)
    return await show_fault(request, fault.status, key=fault.key)


async def show_fault(request: Request, status: int, *, key: str = "", title: str = "", remedy: str = "") -> Response:
    """Show what is wrong, by a text's key or in words, what to do, and the number under which the log knows it."""
    reference = structlog.contextvars.get_contextvars().get("request_id", "")
    present = await _present(request)
    return page(
        request, "error", present, status=status, reason=key, said=title, remedy=remedy, reference=reference,
    )  # fmt: skip


async def _present(request: Request) -> Present | None:
    if hasattr(request.state, "present"):
        found: Present | None = request.state.present
        return found
    opened = request.app.state.gateway
    try:
        return await find_visitor(request, opened.units, request.cookies.get(cookie_name(opened.settings), ""))
    except STORAGE_FAULTS:  # the page is shown all the same, without the visitor's navigation
        return None
