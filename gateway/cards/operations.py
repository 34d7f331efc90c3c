"""What the operations of cards answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

CARD: dict[str, Any] = {
    "number": 1,
    "model": "enterprise/3+0d1e2f3a4b5c",
    "digest": "0d1e2f3a4b5c" + "0" * 52,
    "state": "in-force",
    "since": "2026-11-27T00:01:00+00:00",
    "reason": "按 2025 年样本重新拟合",
    "entry": "01983a2b-7c1d-7e00-8000-000000000020",
}

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/cards": Operation(answered={"cards": [CARD]}),
    "GET /v1/cards/{number}": Operation(
        ("card-not-found",), answered={**CARD, "card": "name: enterprise\nversion: 3\n…"}
    ),
}
