"""What holds for every request and answer, whatever the route: a sound address, one host, nothing kept or guessed.

No address holds NUL, which no text of the database can hold, nor what is not UTF-8, which would be read as another
text; a request names one host (RFC 9112 3.2). What /v1 and the issuer answer is kept by no cache unless the route says
so, and no browser guesses what kind of content it is.
"""

from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.runtime.denial import Denial
from gateway.web.problems import problem

NUL = Denial(
    "invalid-request",
    "地址不能含 NUL（%00）。No address can hold NUL (%00).",
    {"invalid_params": [{"name": "address", "reason": "%00"}]},
)
CODING = Denial(
    "invalid-request",
    "地址须为 UTF-8 编码。The address is not UTF-8.",
    {"invalid_params": [{"name": "address", "reason": "须为 UTF-8 编码 not UTF-8"}]},
)
HOST = Denial("invalid-request", "请求须带一个 Host，且只带一个。Send the header Host, once.")
PRIVATE = ("/v1/", "/oauth/")
OURS: Mapping[bool, Mapping[str, str]] = {
    False: {"X-Content-Type-Options": "nosniff"},
    True: {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"},
}


class Edge:
    """Wrap the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it as a problem; add the fields an answer lacks."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        ours = OURS[scope["path"].startswith(PRIVATE)]

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in ours.items():
                    headers.setdefault(name, value)
            await send(message)

        fault = _find_fault(scope)
        app = problem(Request(scope), fault) if fault else self._app
        await app(scope, receive, adding)


def _find_fault(scope: Scope) -> Denial | None:
    if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
        return NUL
    if not _is_utf8(scope.get("raw_path") or b"") or not _is_utf8(scope["query_string"]):
        return CODING
    hosts = sum(name == b"host" for name, _ in scope["headers"])
    return None if hosts == 1 or (hosts == 0 and scope["http_version"] == "1.0") else HOST


def _is_utf8(part: bytes) -> bool:
    """Tell whether a part of an address is UTF-8 once it is unquoted: ASCII that quotes nothing, as most is, is."""
    if b"%" not in part and part.isascii():
        return True
    try:
        unquote_to_bytes(part).decode()
    except UnicodeDecodeError:
        return False
    return True
