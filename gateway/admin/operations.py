"""What the operations of administration answer."""

from collections.abc import Mapping
from typing import Any

from gateway.consents.operations import CONSENT, ENDED
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

SCAN = "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5"
PAPER: dict[str, Any] = {
    "action": "consent.paper", "consent": CONSENT["consent"], "subject": CONSENT["subject"], "scan": SCAN,
    "shown": "9f2b4c…", "holder": "c1d2e3…", "role": "legal_rep", "signed_on": "2026-11-27", "reference": None,
    "until": None,
}  # fmt: skip
ENTRY = {**CHANGE, "action": PAPER, "before": {}}
# Why a request cannot be answered by this paper.
NO_PAPER = (
    "consent-not-found", "consent-integrity-failed", "evidence-not-found", "consent-shown-otherwise",
    "consent-mandate-ended", "consent-approved-before", "consent-exceeds-template", "consent-not-renewable",
    "evidence-missing", "not-yours-to-decide", "unchangeable-active", "unchangeable-paused", *ENDED,
)  # fmt: skip

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/admin/paper": Operation(answered={"to_enter": [CONSENT], "to_check": [ENTRY]}),
    "GET /v1/admin/paper/{consent_id}": Operation(
        ("consent-not-found",),
        answered={
            "consent": CONSENT,
            "text": [{"label": "谁可以查询", "text": "某银行，全部账户"}],
            "shown": "9f2b4c…",
            "scans": [
                {
                    "sha256": SCAN,
                    "kind": "paper_scan",
                    "size": 482113,
                    "media_type": "application/pdf",
                    "by": "operator-1",
                    "at": "2026-11-27T01:08:10+00:00",
                }
            ],
            "entries": [ENTRY],
        },
    ),
    "POST /v1/admin/paper/{consent_id}/scans": Operation(
        (
            "consent-not-found",
            "consent-integrity-failed",
            "evidence-refused",
            "body-too-large",
            "unchangeable-active",
            "unchangeable-paused",
            *ENDED,
        ),
        sent="%PDF-1.7…",
        answered={"scan": SCAN},
    ),
    "GET /v1/admin/paper/{consent_id}/scans/{sha256}": Operation(
        ("consent-not-found", "evidence-not-found", "consent-integrity-failed"),
        answered="%PDF-1.7…",
        media_type="application/octet-stream",
    ),
    "POST /v1/admin/paper/{consent_id}": Operation(
        ("person-unknown", *NO_PAPER),
        sent={
            "scan": SCAN,
            "shown": "9f2b4c" + "0" * 58,
            "id_number": "330302197001010012",
            "role": "legal_rep",
            "signed_on": "2026-11-27",
        },
        answered=ENTRY,
        gives={"change": ("POST /v1/admin/changes/{change_id}/{decision}",)},
    ),
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
            "charge-not-found",
            "charge-already-reversed",
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
