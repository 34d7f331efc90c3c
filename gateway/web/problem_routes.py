"""What a problem's `type` leads to: a page about it in both languages, or the same as JSON."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from gateway.runtime.denial import Denial, DeniedError
from gateway.web.error_table import ERRORS
from gateway.web.plain_pages import HEADERS, rendered
from gateway.web.problems import problem_document
from gateway.web.router import Router

router = Router(tags=["参考 Reference"])


@router.head("/problems/{slug}", include_in_schema=False)
@router.get(
    "/problems/{slug}",
    summary="错误说明 What a problem means",
    response_class=HTMLResponse,
    responses={200: {"content": {"application/json": {"example": {"slug": "not-found", "errors": []}}}}},
)
async def show(slug: str, request: Request) -> Response:
    """Return what the problem means, what to do and an example; one name can stand for two statuses."""
    issuer = request.app.state.issuer
    errors = [_explained(issuer, reason) for reason, row in ERRORS.items() if (row.slug or reason) == slug]
    if not errors:
        raise DeniedError("not-found")
    accepted = request.headers.get("accept", "")
    if "application/json" in accepted and "text/html" not in accepted:
        return JSONResponse({"slug": slug, "errors": errors}, headers=HEADERS)
    return HTMLResponse(rendered("problem.html", slug=slug, errors=errors), headers=HEADERS)


def _explained(issuer: str, reason: str) -> dict[str, Any]:
    row = ERRORS[reason]
    return {
        "status": row.status,
        "title": {"zh": row.title_zh, "en": row.title_en},
        "remedy": {"zh": row.remedy_zh, "en": row.remedy_en},
        "example": row.example,
        "document": problem_document(issuer, Denial(reason, members=row.members)),
    }
