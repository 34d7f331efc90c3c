"""What a problem's `type` leads to: a page about it in both languages, or the same as JSON."""

import json
import re
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from gateway.runtime.denial import Denial, DeniedError
from gateway.web.error_table import ERRORS
from gateway.web.problems import problem_document
from gateway.web.router import Router

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

router = Router(tags=["参考 Reference"])
_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"
_HEADERS = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Vary": "Accept"}


def _code(text: str) -> "Markup":
    """Show what stands between backticks as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`(.+?)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(Path(__file__).parent / "templates")
    templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    templates.filters |= {"code": _code, "json": partial(json.dumps, ensure_ascii=False, indent=2)}
    return templates


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
        return JSONResponse({"slug": slug, "errors": errors}, headers=_HEADERS)
    shown = _templates().get_template("problem.html").render(slug=slug, errors=errors)
    return HTMLResponse(shown, headers=_HEADERS)


def _explained(issuer: str, reason: str) -> dict[str, Any]:
    row = ERRORS[reason]
    return {
        "status": row.status,
        "title": {"zh": row.title_zh, "en": row.title_en},
        "remedy": {"zh": row.remedy_zh, "en": row.remedy_en},
        "example": row.example,
        "document": problem_document(issuer, Denial(reason, members=row.members)),
    }
