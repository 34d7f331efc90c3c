"""What the operations of data quality answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

SHARES = {"timeliness": "1.0000", "completeness": "0.9930", "error_rate": "0.0100", "unresolved_share": "0.0200"}
COUNTS = {
    "deliveries": 12, "rows": 6000, "rejected": 60, "drifts": 0, "held": 0, "open_rows": 8, "open_batches": 1,
}  # fmt: skip
SCORE: dict[str, Any] = {
    "agency": "tax",
    "title": {"zh": "市税务局", "en": "Tax bureau"},
    "index": "96.4",
    **SHARES,
    **COUNTS,
    "silent": 0,
}
ALERT = {
    "alert": "01983a2b-7c1d-7e00-8000-000000000040",
    "agency": "tax",
    "dataset": "tax_arrears",
    "kind": "silent",
    "seen": {"last": "2026-10-01T00:00:00+00:00", "promise_days": 31},
    "opened_at": "2026-11-02T00:00:00+00:00",
    "closed_at": None,
    "entry": "01983a2b-7c1d-7e00-8000-000000000020",
}
OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/quality": Operation(answered={"agencies": [SCORE]}),
    "GET /v1/agencies/{code}/quality": Operation(
        ("agency-not-found",),
        answered={
            **SCORE,
            "datasets": [],
            "reasons": [{"dataset": "tax_arrears", "code": "code-check", "rows": 8}],
            "open_batches": [],
            "held": [],
            "alerts": [],
        },
    ),
    "GET /v1/alerts": Operation(answered={"alerts": [ALERT]}),
}
