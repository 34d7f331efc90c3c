"""What the operations of views answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

VIEW: dict[str, Any] = {
    "institution": "bank",
    "view": "external-credit",
    "version": 1,
    "purpose": "pre_loan",
    "title": "外部信用",
    "admission": ["pen_cnt_3y", "ent_registration.est_date"],
    "limit": ["tax_paid_12m"],
    "reason": None,
    "in_force": True,
    "effective_from": "2026-11-27T01:08:10+00:00",
    "entry": "01983a2b-7c1d-7e00-8000-000000000020",
}

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/data-views": Operation(answered={"views": [VIEW]}),
    "GET /v1/admin/data-views": Operation(answered={"views": [VIEW]}),
}
