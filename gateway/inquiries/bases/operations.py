"""What the operations of duty bases answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

DUTY: dict[str, Any] = {
    "duty": "subsidy-2026",
    "institution": "finance-bureau",
    "law": "某省公共信用信息条例",
    "article": "第十八条",
    "purposes": ["subsidy"],
    "products": ["score"],
    "categories": [],
    "sources": [],
    "datasets": ["tax_payment"],
    "valid_from": "2026-11-27T00:00:00+00:00",
    "valid_until": "2027-11-27T00:00:00+00:00",
    "in_force": True,
    "ended_at": None,
    "entry": "01983a2b-7c1d-7e00-8000-000000000020",
}

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/duty-bases": Operation(answered={"duties": [DUTY]}),
    "GET /v1/admin/duty-bases": Operation(answered={"duties": [DUTY]}),
}
