"""What the operations of providers answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

PROVIDER: dict[str, Any] = {
    "provider": "five-force",
    "version": 1,
    "in_force": True,
    "status": "serving",
    "terms": {
        "url": "https://provider.example/score", "time_ms": 3000, "attempts": 3, "retry_percent": 20,
        "most_at_once": 32, "open_after": 10, "open_seconds": 30, "keep_seconds": 0, "hedge_ms": 0, "question": None,
        "answer": None, "signing": None,
    },
    "reason": "协议已签",
    "since": "2026-11-27T00:00:00+00:00",
    "entry": "01983a2b-7c1d-7e00-8000-000000000020",
}  # fmt: skip
DAY: dict[str, Any] = {
    "provider": "five-force", "day": "2026-11-27", "calls": 200, "answered": 196, "kept": 0, "attempts": 207,
    "faults": {"timeout": 3, "open": 1}, "not_asked": 1, "latency": {"100": 150, "200": 46},
    "p50_ms": 100, "p95_ms": 200, "p99_ms": 200, "available_bp": 9800,
}  # fmt: skip

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/admin/providers": Operation(answered={"providers": [PROVIDER]}),
    "GET /v1/admin/providers/days": Operation(answered={"days": [DAY]}),
}
