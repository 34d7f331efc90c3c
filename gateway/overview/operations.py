"""What the operations over all rooms answer."""

from collections.abc import Mapping

from gateway.overview.routes import LINKS
from gateway.web.operations import Operation

OPERATIONS: Mapping[str, Operation] = {
    "GET /": Operation(
        answered={name: f"http://127.0.0.1:8000{path}" for name, path in LINKS.items()},
        also={303: "浏览器转到控制台 A browser is led to the console."},
        media_type="application/json",
    ),
}
