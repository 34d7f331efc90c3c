"""What the operations of reports on usage results answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

_COUNTED: dict[str, Any] = {
    "answers": 1077,
    "enterprises": 1077,
    "reported": 1077,
    "granted": 456,
    "refused": 621,
    "admission_rate": "0.4234",
    "first_time": 122,
    "amount": "1114000000.00",
    "balance": "657000000.00",
    "defaults_told": 456,
    "defaulted": 3,
    "default_rate": "0.0066",
}
REPORT: dict[str, Any] = {
    "since": "2025-11-28",
    "until": "2026-11-27",
    "institution": "bank",
    "total": _COUNTED,
    "products": [{"product": "records", "view": "external-credit", "version": 1, **_COUNTED}],
    "bands": [{"product": "records", "band": "none", **_COUNTED}],
}

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/usage-report": Operation(answered=REPORT),
    "GET /v1/admin/usage-report": Operation(answered={**REPORT, "institution": None}),
}
