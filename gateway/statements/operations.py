"""What the operations of monthly statements answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

STATEMENT: dict[str, Any] = {
    "month": "2026-10", "enterprise": "91330302MA00000154", "made_at": "2026-11-01T00:10:00+00:00",
    "counts": {"all": 3, "answered": 1, "denied": 1, "failed": 0, "open": 0, "consent-request": 1},
    "sha256": "9f2b4c…", "signature": "eyJhbGciOiJFZDI1NTE5Iiwi…", "entry": "01983a2b-7c1d-7e00-8000-000000000020",
}  # fmt: skip
_WHY_NOT = ("no-such-month", "statement-too-long")

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/statements": Operation(answered={"statements": [STATEMENT]}),
    "GET /v1/statements/{month}": Operation(
        _WHY_NOT, answered={**STATEMENT, "content": '{"counts":{"all":3,…},"enterprise":"91330302MA00000154",…}'}
    ),
    "GET /v1/statements/{month}/csv": Operation(_WHY_NOT, answered="时间,机构,账户,…", media_type="text/csv"),
    "GET /v1/statements/{month}/pdf": Operation(
        (*_WHY_NOT, "pdf-unavailable"), answered="%PDF-1.7…", media_type="application/pdf"
    ),
}
