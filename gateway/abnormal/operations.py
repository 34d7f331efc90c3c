"""What the operations of abnormal use answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

CASE: dict[str, Any] = {
    "case": "01983a2b-7c1d-7e00-8000-000000000090",
    "account": "bank-1",
    "institution": "bank",
    "rule": "denials",
    "counted": 512,
    "limit": 500,
    "since": "2026-11-27T01:08:10+00:00",
    "until": "2026-11-27T01:18:10+00:00",
    "sample": ["01983a2b-7c1d-7e00-8000-000000000001"],
    "status": "held",
    "held_at": "2026-11-27T01:18:10+00:00",
    "ended_at": None,
    "reason": None,
    "entry": "01983a2b-7c1d-7e00-8000-000000000020",
}

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/admin/abnormal-uses": Operation(answered={"cases": [CASE], "next": None}),
    "GET /v1/abnormal-uses": Operation(answered={"cases": [CASE], "next": None}),
}
