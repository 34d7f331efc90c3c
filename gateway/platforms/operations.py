"""What a platform's operations answer."""

from collections.abc import Mapping

from gateway.web.operations import Operation

STATEMENT = "eyJhbGciOiJFZDI1NTE5Iiwi…"

OPERATIONS: Mapping[str, Operation] = {
    "POST /v1/deliveries": Operation(
        ("message-invalid", "delivery-conflict"),
        sent={"message": STATEMENT},
        answered={"receipt": STATEMENT, "onward_expected": True},
    ),
    "GET /v1/deliveries/{delivery_id}": Operation(
        ("delivery-not-found",), answered={"receipt": STATEMENT, "onward_expected": True, "onward": None}
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
