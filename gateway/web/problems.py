"""Errors at the edge: RFC 9457 problem documents, one place that makes them."""

import json
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.storage_faults import STORAGE_FAULTS, is_storage_fault, kind_of
from gateway.runtime.wrong_values import wrong_fields
from gateway.web.allowed import allowed_methods
from gateway.web.error_table import ERRORS

MEDIA_TYPE = "application/problem+json"
REGISTRY = "https://iana.org/assignments/http-problem-types"
REGISTERED = frozenset({"quota-exceeded", "temporary-reduced-capacity", "abnormal-usage-detected"})
_LOG = structlog.get_logger("gateway.web.problems")


def problem_document(issuer: str, denial: Denial) -> dict[str, Any]:
    """Return the problem document of a denial; `type` is <issuer>/problems/<slug>, or IANA's where one is registered.

    `remedy` is what to do about it, so that a program can tell its user without a table of its own.
    Raises KeyError for a reason that the error table does not have.
    """
    row = ERRORS[denial.reason]
    slug = row.slug or denial.reason
    return {
        "type": f"{REGISTRY}#{slug}" if slug in REGISTERED else f"{issuer}/problems/{slug}",
        "title": slug.replace("-", " "),
        "status": row.status,
        "detail": denial.detail or row.title,
        "remedy": row.remedy,
        **row.always,
        **denial.members,
    }


class ProblemResponse(JSONResponse):
    """A problem document. What it repeats of a request may hold half a surrogate pair, which JSON can name and no
    encoding can send: it is shown as a question mark.
    """

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - Starlette's own
        """Return the document in UTF-8."""
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(
            "utf-8", "replace"
        )


def problem(request: Request, denial: Denial) -> ProblemResponse:
    """Answer with the problem document of a denial. Raises KeyError for a reason that the error table does not have."""
    body, status = problem_document(request.app.state.issuer, denial), ERRORS[denial.reason].status
    return ProblemResponse(body, status, headers=dict(denial.headers))


async def on_storage(request: Request, fault: Exception) -> Response:
    """Answer a database or a disk that cannot be used; every other fault of the operating system is one of ours."""
    if not is_storage_fault(fault):
        raise fault
    _LOG.error("storage fault", fault=kind_of(fault))
    return problem(request, Denial("storage-unavailable", headers={"Retry-After": "5"}))


def _is_json(request: Request) -> bool:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def install_handlers(app: FastAPI) -> None:
    """Map every fault that reaches the edge to a problem document."""

    async def on_denied(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, DeniedError)  # noqa: S101 - registered for this type
        return problem(request, fault.denial)

    async def on_invalid(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, RequestValidationError)  # noqa: S101 - registered for this type
        wrong = wrong_fields(fault.errors())
        if {"body"} == {field["name"] for field in wrong} and not _is_json(request):  # the framework took it for a text
            wrong = [{"name": "header.Content-Type", "reason": "须为 must be application/json"}]
        return problem(request, Denial("invalid-request", members={"invalid_params": wrong}))

    async def on_http(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, HTTPException)  # noqa: S101 - registered for this type
        reason = {404: "not-found", 405: "method-not-allowed"}.get(fault.status_code, "http-error")
        members = {"status": fault.status_code}  # http-error stands for every other status of the framework
        headers = dict(fault.headers or {})
        if reason == "method-not-allowed":
            headers["Allow"] = allowed_methods(request.app, request.scope["path"])
        response = problem(request, Denial(reason, members=members, headers=headers))  # its own words are English alone
        response.status_code = fault.status_code
        return response

    async def on_fault(request: Request, fault: Exception) -> Response:
        # The text may hold record contents: only the type goes to the log, the trace has the rest of the path.
        _LOG.error("unhandled fault", fault=type(fault).__name__, path=request.url.path)
        return problem(request, Denial("internal-error"))

    app.add_exception_handler(DeniedError, on_denied)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    for kind in STORAGE_FAULTS:
        app.add_exception_handler(kind, on_storage)
    app.add_exception_handler(Exception, on_fault)
