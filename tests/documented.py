"""What an application answers, held against its OpenAPI document: operation, status, media type, problem, example."""

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.app import create_app
from gateway.runtime.settings import Settings

SEVERAL_FORMS = {"POST /v1/held-deliveries/{held_id}/{decision}"}  # accepted, it is a batch; discarded, it is not


@cache
def document() -> dict[str, Any]:
    """The document, made once per process."""
    with tempfile.TemporaryDirectory() as home:
        return create_app(Settings(home=Path(home), issuer="http://127.0.0.1:8000")).openapi()


class Documented:
    """Wrap an application and collect what it answers otherwise than it is documented to."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.undocumented: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and compare the answer."""
        start: Message = {}
        body = bytearray()

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, noting)
        path = getattr(scope.get("route"), "path_format", "")
        operation = document()["paths"].get(path, {}).get(scope["method"].lower())
        if operation and (fault := _fault(f"{scope['method']} {path}", operation, start, bytes(body))):
            self.undocumented.append(f"{scope['method']} {path}: {fault}")


def _fault(name: str, operation: dict[str, Any], start: Message, body: bytes) -> str | None:
    """Return what of an answer is not documented."""
    described = operation["responses"].get(str(start["status"]))
    if described is None:
        return f"status {start['status']}: {body[:200]!r}"
    media_type = dict(start["headers"]).get(b"content-type", b"").decode().partition(";")[0]
    content = {kind.partition(";")[0]: shown for kind, shown in described.get("content", {}).items()}
    if not body or not content:
        return None
    if media_type not in content:
        return f"{start['status']} as {media_type}"
    if media_type == "application/problem+json":
        slug = json.loads(body)["type"].rpartition("/")[2].rpartition("#")[2]
        return None if slug in map(_slug, content[media_type]["examples"]) else f"{start['status']} {slug}"
    example = content[media_type].get("example")
    if media_type == "application/json" and isinstance(example, dict) and name not in SEVERAL_FORMS:
        lacking = set(example) - set(json.loads(body))
        return f"the example has {lacking}" if lacking else None
    return None


def _slug(reason: str) -> str:
    kind: str = document()["components"]["examples"][reason]["value"]["type"]
    return kind.rpartition("/")[2].rpartition("#")[2]
