"""The interface for people to read: the OpenAPI document as one page, without a script; /docs is the one with."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from gateway.web.plain_pages import HEADERS, rendered
from gateway.web.router import Router

router = Router(tags=["参考 Reference"])


@router.head("/reference", include_in_schema=False)
@router.get("/reference", include_in_schema=False)
async def reference(request: Request) -> Response:
    """Show every operation by its tag: who may call it, what it takes and answers, what it refuses."""
    state = request.app.state
    if not hasattr(state, "reference"):  # made once: it is long, and anybody may ask for it
        state.reference = _page(request.app.openapi())
    return HTMLResponse(state.reference, headers=HEADERS)


def _page(document: Mapping[str, Any]) -> str:
    tags: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tags.setdefault(operation["tags"][0], []).append(_shown(method.upper(), path, operation))
    return rendered("reference.html", tags=tags, problems=_problems(document))


def _shown(method: str, path: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    good: Mapping[str, Any] = next((told for status, told in operation["responses"].items() if status < "4"), {})
    refusals = {
        reason
        for answer in operation["responses"].values()
        for reason in answer.get("content", {}).get("application/problem+json", {}).get("examples", {})
    }
    return {
        "method": method,
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "scopes": sorted({scope for way in operation["security"] for scope in way.get("oauth2", [])}),
        "parameters": operation.get("parameters", []),
        "takes": [*_examples(operation.get("requestBody", {}))],
        "answers": [*_examples(good)],
        "refusals": sorted(refusals),
    }


def _examples(told: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield each media type with its example."""
    for kind, shown in told.get("content", {}).items():
        yield kind, shown.get("example")


def _problems(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return for each reason the name of its page, its status and what it means."""
    return {
        reason: {
            "slug": told["value"]["type"].rpartition("/")[2].rpartition("#")[2],
            "status": told["value"]["status"],
            "said": told["summary"],
        }
        for reason, told in document["components"]["examples"].items()
    }
