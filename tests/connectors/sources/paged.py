"""An agency's JSON interface for tests, in every style of paging, over real HTTP."""

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.http_server import JsonHandler, serving


@dataclass
class Interface:
    """What it holds and how it behaves."""

    rows: list = field(default_factory=list)
    size: int = 2
    inclusive: bool = False  # whether "since" means "from" or "after"
    heeds_since: bool = True
    order: object = str  # what it compares marks by
    reasonable: bool = False  # gives the last page for whatever lies beyond it, as PageHelper does
    counts: bool = False  # tells how many rows and pages there are
    broken: dict = field(default_factory=dict)  # the number of a call → what is answered instead
    calls: list = field(default_factory=list)
    address: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def chosen(self, asked):
        since = asked.get("since")
        ordered = sorted(self.rows, key=lambda row: self.order(row["at"]))
        if since is None or not self.heeds_since:
            return ordered
        low = self.order(since)
        return [
            row for row in ordered
            if self.order(row["at"]) > low or (self.inclusive and self.order(row["at"]) == low)
        ]  # fmt: skip

    def page(self, path, asked):
        """Return status, headers and body."""
        rows, size = self.chosen(asked), min(self.size, int(asked.get("size", asked.get("limit", self.size))))
        pages = -(-len(rows) // size)
        page = min(int(asked.get("page", 1)), max(pages, 1)) if self.reasonable else int(asked.get("page", 1))
        start = {"/page": (page - 1) * size, "/offset": int(asked.get("offset", 0))}.get(
            path, int(asked.get("cursor", 0))
        )
        found, end = rows[start : start + size], start + size
        more = end < len(rows)
        headers = {}
        if path == "/link" and more:
            since = f"&since={asked['since']}" if "since" in asked else ""
            headers["Link"] = f'</link?cursor={end}{since}>; rel="next", </>; rel="first"'
        body = {"code": "00", "data": {"list": found, "next": str(end) if path == "/cursor" and more else None}}
        if self.counts:
            body["data"] |= {"total": len(rows), "pages": pages}
        return 200, headers, body


@contextmanager
def interface(**more):
    """Serve it for the length of the block."""
    state = Interface(**more)

    class Handler(JsonHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            with state.lock:
                state.calls.append((parts.path, asked, dict(self.headers)))
                number = len(state.calls)
            if self.headers.get("Authorization") != "geheim-token":
                return self.answer(401, {}, {})
            if number in state.broken:
                return self.answer(*state.broken[number])
            return self.answer(*state.page(parts.path, asked))

        def answer(self, status, headers, body):
            content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with serving(Handler) as address:
        state.address = address
        yield state


def row(number, at="2026-01-01", **more):
    return {"企业名称": f"第{number}公司", "id": number, "at": at, "额": 1.50, **more}


PAGINGS = {
    "page": {"style": "page"},
    "offset": {"style": "offset"},
    "cursor": {"style": "cursor", "member": "data.next"},
    "link": {"style": "link"},
}


def config(state, style, *, watermark=True, **more):
    base = {"url": f"{state.address}/{style}", "paging": PAGINGS[style], "records": "data.list"}
    declared = watermark if isinstance(watermark, dict) else {"param": "since", "member": "at"}
    mark = {"watermark": declared} if watermark else {}
    return {**base, **mark, "headers_env": {"Authorization": "TEST_REST_TOKEN"}, "slice_rows": 3, **more}
