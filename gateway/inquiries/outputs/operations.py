"""What the operations of output policies answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

POLICY: dict[str, Any] = {
    "institution": "bank",
    "product": "score",
    "version": 1,
    "form": "banded",
    "threshold": None,
    "left_out": ["records"],
    "rules": True,
    "effective_from": "2026-11-27T01:08:10+00:00",
    "entry": "01983a2b-7c1d-7e00-8000-000000000020",
}

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/output-policies": Operation(answered={"policies": [POLICY]}),
    "GET /v1/admin/output-policies": Operation(answered={"policies": [POLICY]}),
}
