"""What the operations of proposals answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

PROPOSAL: dict[str, Any] = {
    "proposal": "01983a2b-7c1d-7e00-8000-0000000000a0",
    "run": "01983a2b-7c1d-7e00-8000-0000000000a1",
    "agency": "market_regulation",
    "status": "open",
    "name": "温州宏达鞋业公司",
    "known_by": "name",
    "records": 2,
    "datasets": ["abnormal_list"],
    "uscc": "91330304MA297T241Q",
    "registered_name": "温州市宏达鞋业有限公司",
    "weight": 7.412,
    "grade": "high",
    "right_of_hundred": 97,
    "parts": {"brand": "same", "trade": "same", "place": "same", "form": "same", "district": ""},
    "accepted_by": None,
    "accepted_at": None,
    "decided_by": None,
    "decided_at": None,
    "reason": None,
    "entry": "01983a2b-7c1d-7e00-8000-000000000020",
}
RUN = {
    "run": "01983a2b-7c1d-7e00-8000-0000000000a1",
    "made_at": "2026-11-27T01:08:10+00:00",
    "digest": "5b0c…",
    "versions": {"splink": "5.0.0", "duckdb": "2.0.1"},
    "names": 29031,
    "subjects": 312004,
    "proposals": 18220,
    "entry": "01983a2b-7c1d-7e00-8000-000000000020",
}
DECIDED = PROPOSAL | {
    "status": "accepted",
    "accepted_by": "person:chen",
    "accepted_at": "2026-11-27T02:08:10+00:00",
    "reason": "住所与登记一致",
}

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/match-proposals": Operation(answered={"proposals": [PROPOSAL], "next": None, "run": RUN}),
    "GET /v1/match-proposals/{proposal_id}": Operation(("match-not-found",), answered=PROPOSAL | {"others": []}),
    "POST /v1/match-proposals/{proposal_id}/{decision}": Operation(
        ("match-not-found", "match-decided", "match-other-person", "clerk-needed"),
        sent={"reason": "住所与登记一致"},
        answered=DECIDED,
    ),
}
