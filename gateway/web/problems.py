"""Errors at the edge: RFC 9457 problem documents, one place that makes them."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

MEDIA_TYPE = "application/problem+json"
QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"
_LOG = structlog.get_logger("gateway.web.problems")


class ProblemError(Exception):
    """A fault to be told to the caller; raising it rolls the transaction back. A denial is returned, not raised."""

    def __init__(
        self, slug: str, status: int, detail: str, *, headers: dict[str, str] | None = None, **extensions: object
    ) -> None:
        super().__init__(detail)
        self.slug, self.status, self.detail, self.extensions = slug, status, detail, extensions
        self.headers = headers or {}


def problem(request: Request, slug: str, status: int, detail: str, **extensions: object) -> JSONResponse:
    """Build a problem document; `type` is <issuer>/problems/<slug>, or IANA's where one is registered.

    Members beyond those of RFC 9457 go in `extensions`; a caller adds headers to the response it gets.
    """
    issuer = request.app.state.issuer
    body = {
        "type": QUOTA_EXCEEDED if slug == "quota-exceeded" else f"{issuer}/problems/{slug}",
        "title": slug.replace("-", " "),
        "status": status,
        "detail": detail,
        **extensions,
    }
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE)


def install_handlers(app: FastAPI) -> None:
    """Map every fault that reaches the edge to a problem document."""

    async def on_problem(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, ProblemError)  # noqa: S101 - registered for this type
        response = problem(request, fault.slug, fault.status, fault.detail, **fault.extensions)
        response.headers.update(fault.headers)
        return response

    async def on_invalid(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, RequestValidationError)  # noqa: S101 - registered for this type
        # The offending value is left out: it may be personal data.
        invalid = [{"name": ".".join(map(str, e["loc"])), "reason": e["msg"]} for e in fault.errors()]
        return problem(request, "invalid-request", 400, "The request is not as documented.", invalid_params=invalid)

    async def on_http(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, HTTPException)  # noqa: S101 - registered for this type
        slug = {404: "not-found", 405: "method-not-allowed"}.get(fault.status_code, "http-error")
        response = problem(request, slug, fault.status_code, str(fault.detail))
        response.headers.update(fault.headers or {})
        return response

    async def on_fault(request: Request, fault: Exception) -> Response:
        # The text may hold record contents: only the type goes to the log, the trace has the rest of the path.
        _LOG.error("unhandled fault", fault=type(fault).__name__, path=request.url.path)
        return problem(request, "internal-error", 500, "The gateway failed; nothing was recorded or charged.")

    app.add_exception_handler(ProblemError, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_fault)
