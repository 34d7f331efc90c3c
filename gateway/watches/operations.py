"""What the operations of released watches answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

WATCH: dict[str, Any] = {
    "number": 1, "kind": "model", "version": 1, "digest": "5c" * 32, "state": "in-force",
    "since": "2026-11-28T02:00:00+00:00", "reason": "以 2025 年的结果学得",
    "entry": "01983a2b-7c1d-7e00-8000-000000000031",
}  # fmt: skip
_FOUND = {
    "budget_ppm": 15_000, "looked_at": 4_439, "found": 161, "precision_ppm": 36_269, "recall_ppm": 104_342,
    "lead_days": 150,
}  # fmt: skip
_REPORT: dict[str, Any] = {
    "watch": {"version": 1, "digest": "3f" * 32}, "model": {"version": 1, "digest": "5c" * 32}, "rows": 295_971,
    "bad": 1_543, "without_measures": [], "all": {"rules": [_FOUND], "model": [_FOUND], "both": [_FOUND]}, "hard": None,
    "periods": [{"period": "2025-11-30", "rows": 295_971, "bad": 1_543, "found": {"rules": [_FOUND]}}],
}  # fmt: skip
OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/watches": Operation(answered={"watches": [WATCH]}),
    "GET /v1/watches/{number}": Operation(
        ("watch-not-found",), answered={**WATCH, "source": "version: 1\ndays: 365\n…", "report": _REPORT}
    ),
}
