"""What the operations of warnings answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

WARNING, SUBSCRIPTION = "01983a2b-7c1d-7e00-8000-000000000080", "01983a2b-7c1d-7e00-8000-000000000081"
_INQUIRY, _CONSENT = "01983a2b-7c1d-7e00-8000-000000000001", "01983a2b-7c1d-7e00-8000-000000000010"
_ENTRY, _CODE = "01983a2b-7c1d-7e00-8000-000000000020", "91330300MAX000031G"
_SUBSCRIBED: dict[str, Any] = {
    "subscription": SUBSCRIPTION, "subject": _CODE, "account": "bank-1", "status": "active", "reason": None,
    "consent": _CONSENT, "categories": [], "created_at": "2026-11-27T01:08:10+00:00", "ended_at": None,
    "inquiry": _INQUIRY, "entry": _ENTRY,
}  # fmt: skip
_TOLD: dict[str, Any] = {
    "warning": WARNING, "subscription": SUBSCRIPTION, "subject": _CODE, "change": "raised", "judged_on": "2026-11-28",
    "told_at": "2026-11-28T01:08:10+00:00", "seen_at": None, "inquiry": _INQUIRY, "entry": _ENTRY, "withheld": False,
    "level": "warning", "before": {"distress": "notice"}, "after": {"distress": "warning"},
}  # fmt: skip
_RISK = {
    "type": "distress", "name": {"zh": "企业经营风险", "en": "Distress"}, "level": "warning", "since": "2026-11-28",
    "points": [
        {
            "point": "dishonest", "name": {"zh": "失信被执行人", "en": "Dishonest judgment debtor"},
            "signs": [{"zh": "现为失信被执行人", "en": "is a dishonest judgment debtor"}],
        }
    ],
}  # fmt: skip
_SCAN: dict[str, Any] = {
    "scan": "01983a2b-7c1d-7e00-8000-000000000082", "account": "bank-1", "provider": "city-joint", "total": 1,
    "questions": 2, "done": 0, "created_at": "2026-11-28T01:08:10+00:00",
}  # fmt: skip
_SCANNED = {
    "number": 1, "subject": _CODE,
    "watch": {"inquiry": _INQUIRY, "outcome": "answered", "units": 2, "level": "warning", "risks": [_RISK]},
    "score": {
        "inquiry": _INQUIRY, "outcome": "answered", "units": 1, "score": None, "band": None, "partial": True,
        "charged": True,
        "parts": [
            {"provider": "embedded", "outcome": "scored", "score": 712, "band": "good", "fault": None},
            {"provider": "five-force", "outcome": "missing", "score": None, "band": None, "fault": "timeout"},
        ],
    },
}  # fmt: skip
OPERATIONS: Mapping[str, Operation] = {
    "POST /v1/warning-subscriptions": Operation(
        sent={"subjects": [_CODE]},
        answered={
            "items": [{"number": 1, "subject": _CODE, "outcome": "subscribed", "subscription": _SUBSCRIBED}],
            "subscribed": 1,
        },
    ),
    "GET /v1/warning-subscriptions": Operation(answered={"subscriptions": [_SUBSCRIBED], "next": None}),
    "POST /v1/warning-subscriptions/{subscription_id}:end": Operation(
        ("subscription-not-found",),
        answered={
            **_SUBSCRIBED, "status": "ended", "reason": "ended-by-institution", "ended_at": "2026-11-29T01:08:10+00:00",
        },
    ),
    "GET /v1/warnings": Operation(
        answered={"warnings": [_TOLD], "next": None},
    ),
    "GET /v1/warnings/{warning_id}": Operation(
        ("warning-not-found", "consent-revoked", "consent-expired", "data-life-ended"),
        answered={**_TOLD, "answer": {"product": "risk_watch", "outcome": "watched", "risks": [_RISK]}},
    ),
    "POST /v1/warnings/{warning_id}:seen": Operation(
        ("warning-not-found",),
        answered={
            **_TOLD, "seen_at": "2026-11-28T02:08:10+00:00", "withheld": True, "level": None, "before": None,
            "after": None,
        },
    ),
    "POST /v1/joint-scans": Operation(
        ("joint-scan-size", "unknown-provider", "idempotency-key-reused", "quota-exceeded"),
        sent={"provider": "city-joint", "subjects": [_CODE]}, answered=_SCAN,
        gives={"scan": ("GET /v1/joint-scans/{scan_id}",)},
    ),
    "GET /v1/joint-scans": Operation(answered={"scans": [_SCAN]}),
    "GET /v1/joint-scans/{scan_id}": Operation(
        ("joint-scan-not-found",),
        answered={**_SCAN, "done": 2, "enterprises": [_SCANNED], "next": None},
    ),
}  # fmt: skip
