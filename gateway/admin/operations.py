"""What the operations of administration answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

ACTION = {"action": "standing", "change": "resume", "whose": "client:bank-1", "reason": "整改完成"}
CHANGE: dict[str, Any] = {
    "change": "01983a2b-7c1d-7e00-8000-000000000070",
    "action": ACTION,
    "status": "waiting",
    "leads_to": ["reads"],
    "approver": "operator",
    "asked_by": "operator-1",
    "asked_at": "2026-11-27T01:08:10Z",
    "decided_by": None,
    "decided_at": None,
    "before": {"status": "suspended"},
    "reason": None,
    "entry": "01983a2b-7c1d-7e00-8000-000000000020",
}

OPERATIONS: Mapping[str, Operation] = {
    "POST /v1/admin/changes": Operation(
        ("change-refused", "person-unknown"),
        sent=ACTION,
        answered={**CHANGE, "status": "done"},
        also={202: "等待另一人批准 It waits for approval."},
        gives={"change": ("POST /v1/admin/changes/{change_id}/{decision}",)},
    ),
    "POST /v1/admin/changes/{change_id}/{decision}": Operation(
        (
            "change-not-found",
            "change-decided",
            "own-change",
            "change-too-old",
            "change-refused",
            "person-unknown",
        ),
        sent={"reason": "已核对"},
        answered={
            **CHANGE,
            "status": "done",
            "decided_by": "operator-2",
            "decided_at": "2026-11-27T02:00:00Z",
        },
    ),
    "GET /v1/admin/changes": Operation(answered={"changes": [CHANGE], "next": None}),
    "GET /v1/admin/changes/{change_id}/handover": Operation(
        ("change-not-found", "change-refused"),
        answered={"person": "owner-shoes", "link": None, "word": "k7tp-3mxc-9wqe"},
    ),
    "GET /v1/admin/institutions": Operation(
        answered={
            "institutions": [
                {
                    "institution_id": "bank",
                    "name": "某某银行",
                    "class": "bank",
                    "status": "active",
                    "agreement_from": "2026-01-01",
                    "agreement_until": None,
                    "created_at": "2026-01-01T00:00:00+00:00",
                    "accounts": 2,
                    "last_used_at": "2026-11-27T01:08:10+00:00",
                }
            ],
            "next": None,
        }
    ),
    "GET /v1/admin/signatories": Operation(
        ("change-refused",),
        answered={
            "subject": "91330302MA2ABCDEXP",
            "signatories": [
                {
                    "signatory": "sign-1",
                    "status": "active",
                    "kid": "pZ0k…",
                    "key": "in-use",
                    "added_at": "2026-01-01T00:00:00+00:00",
                    "effective_from": "2026-01-01T00:00:00+00:00",
                    "ends_at": None,
                    "decided": None,
                    "decided_by": None,
                    "entry": "01983a2b-7c1d-7e00-8000-000000000021",
                    "asked_by": "operator-1",
                    "approved_by": "operator-2",
                }
            ],
            "changes": [CHANGE],
        },
    ),
    "GET /v1/admin/clients": Operation(
        answered={
            "clients": [{"client_id": "bank-1", "kind": "account", "institution_id": "bank", "last_used_at": None}],
            "next": None,
        }
    ),
}
