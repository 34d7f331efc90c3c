"""What a platform's operations answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

STATEMENT = "eyJhbGciOiJFZDI1NTE5Iiwi…"
SENT: dict[str, Any] = {
    "delivery": "01983a2b-7c1d-7e00-8000-000000000060",
    "kind": "usage-results",
    "peer": "city",
    "state": "refused",
    "attempts": 3,
    "last_fault": "平台答复 the platform answered 409",
    "created_at": "2026-11-27T02:00:00+00:00",
    "settled_at": "2026-11-27T02:07:00+00:00",
    "exchange": "01983a2b-7c1d-7e00-8000-000000000003",
    "entry": "01983a2b-7c1d-7e00-8000-000000000020",
}

OPERATIONS: Mapping[str, Operation] = {
    "POST /v1/deliveries": Operation(
        ("message-invalid", "delivery-conflict"),
        sent={"message": STATEMENT},
        answered={"receipt": STATEMENT, "onward_expected": True},
    ),
    "GET /v1/deliveries/{delivery_id}": Operation(
        ("delivery-not-found",), answered={"receipt": STATEMENT, "onward_expected": True, "onward": None}
    ),
    "GET /v1/admin/deliveries": Operation(answered={"deliveries": [SENT]}),
    "GET /v1/admin/deliveries/{delivery_id}": Operation(
        ("delivery-not-found",), answered={**SENT, "receipt": None, "onward_receipt": None}
    ),
    "POST /v1/admin/deliveries/{delivery_id}/retry": Operation(
        ("delivery-not-found", "delivery-confirmed", "delivery-under-way"),
        answered={**SENT, "state": "pending"},
    ),
    "GET /v1/received": Operation(
        answered={
            "received": [
                {
                    "sender": "gateway-wz",
                    "delivery": "01983a2b-7c1d-7e00-8000-000000000060",
                    "exchange": "01983a2b-7c1d-7e00-8000-000000000003",
                    "received_at": "2026-11-27T02:00:00+00:00",
                    "items": [{"subject": "91330302MA00000154", "outcome": "granted", "amount": "500000.00"}],
                    "message": STATEMENT,
                    "receipt": STATEMENT,
                    "entry": "01983a2b-7c1d-7e00-8000-000000000020",
                }
            ]
        }
    ),
}
