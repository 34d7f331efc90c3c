"""What the operations of asking, of what is owed for answers and of usage results answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

INQUIRY, RESULT, EXCHANGE = (f"01983a2b-7c1d-7e00-8000-00000000000{number}" for number in (1, 2, 3))
CONSENT, ENTRY = "01983a2b-7c1d-7e00-8000-000000000010", "01983a2b-7c1d-7e00-8000-000000000020"
ASKED: dict[str, Any] = {
    "subject": "91330302MA00000154",
    "product": "score",
    "purpose": "pre_loan",
    "provider": "embedded",
}

SCOPE: dict[str, Any] = {
    "tier": "detail", "categories": [], "sources": [], "data_from": None, "data_to": None, "mode": "VIEW",
}  # fmt: skip

ANSWER: dict[str, Any] = {
    **ASKED,
    "iss": "http://127.0.0.1:8000",
    "inquiry": INQUIRY,
    "institution": "bank",
    "account": "bank-1",
    "intermediary": None,
    "consent": {"id": CONSENT, "version": 2},
    "legal_basis": {"kind": "consent"},
    "v": 6,
    "kind": {"code": "public-credit-assessment", "zh": "公共信用评价", "en": "public-credit assessment"},
    "use": {
        "purpose": "pre_loan",
        "text": "贷前审查",
        "onward": [],
        "zh": "仅用于贷前审查，不得转给他人",
        "en": "For pre_loan alone; not to be passed on",
    },
    "scope": SCOPE,
    "withheld": [],
    "policy": {"version": 0, "form": "raw", "threshold": None, "left_out": [], "withheld": []},
    "outcome": "scored",
    "score": 712,
    "band": "good",
    "model": "enterprise/2+5a0c14e0a1b2",
    "inputs": "71c6846257c6ee161a02d2c7eea36a46a38d5ad0d6f0294f411e61254ae77c34",
    "entry": ENTRY,
    "issued_at": "2026-11-27T01:08:10+00:00",
    "expires_at": "2026-12-27T01:08:10+00:00",
    "answer": "eyJhbGciOiJFZDI1NTE5Iiwi…",
}

LISTED: dict[str, Any] = {
    **ASKED,
    "inquiry": INQUIRY,
    "account": "bank-1",
    "institution": "bank",
    "intermediary": None,
    "state": "answered",
    "outcome": "answered",
    "legal_basis": "consent",
    "duty": None,
    "units": 1,
    "created_at": "2026-11-27T01:08:10+00:00",
    "entry": ENTRY,
}

QUESTION: dict[str, Any] = {
    "question": INQUIRY,
    "kind": "inquiry",
    "asked_at": "2026-11-27T01:08:10+00:00",
    "institution": "bank",
    "institution_name": "某银行",
    "account": "bank-1",
    "intermediary": None,
    "products": ["score"],
    "purpose": "pre_loan",
    "consent": None,
    "legal_basis": None,
    "outcome": "denied",
    "reason": "consent-required",
    "keep_until": None,
    "deleted_at": None,
    "entry": ENTRY,
}

# Why a question is denied, whether it is asked or explained.
DENIALS = (
    "consent-required",
    "duty-basis-required",
    "consent-not-found",
    "consent-pending",
    "consent-rejected",
    "consent-lapsed",
    "consent-paused",
    "consent-revoked",
    "consent-superseded",
    "consent-invalidated",
    "consent-expired",
    "consent-mandate-ended",
    "consent-range-exceeded",
    "consent-mode-not-permitted",
    "separate-consent-required",
    "consent-template-breached",
    "consent-frequency-exceeded",
    "consent-not-yet-valid",
    "consent-uses-exhausted",
    "consent-purpose-mismatch",
    "consent-scope-exceeded",
    "consent-subject-mismatch",
    "consent-ambiguous",
    "consent-integrity-failed",
    "obligation-overdue",
    "quota-exceeded",
    "product-not-entitled",
    "person-suspended",
    "subject-not-found",
    "invalid-subject",
    "unknown-product",
    "unknown-purpose",
    "unknown-provider",
    "unknown-category",
    "unknown-source",
    "unknown-view",
    "provider-not-narrowed",
    "intermediary-suspended",
    "intermediary-required",
    "delegation-ended",
)

BATCH: dict[str, Any] = {
    "batch": "01983a2b-7c1d-7e00-8000-000000000030",
    "partial": False,
    "total": 1,
    "done": 1,
    "answered": 1,
    "units": 1,
    "items": [{"number": 1, "inquiry": INQUIRY, "outcome": "answered", "units": 1}],
}

# And why its answer is not given once more: what it would cost, and what it is about, are not asked again.
_ASKED_ONCE = {
    "quota-exceeded", "consent-uses-exhausted", "subject-not-found", "invalid-subject", "unknown-product",
    "unknown-purpose", "unknown-provider", "unknown-category", "unknown-source", "unknown-view",
    "provider-not-narrowed",
}  # fmt: skip
DENIED_AGAIN = (*(reason for reason in DENIALS if reason not in _ASKED_ONCE), "data-life-ended")

OWED: dict[str, Any] = {
    "inquiry": INQUIRY,
    "answered_at": "2026-11-27T01:08:10+00:00",
    "account": "bank-1",
    "subject": "91330302MA00000154",
    "product": "score",
    "purpose": "pre_loan",
    "due": "2026-12-27T01:08:10+00:00",
    "overdue": False,
    "stops_questions_at": "2027-01-11T01:08:10+00:00",
}

OPERATIONS: Mapping[str, Operation] = {
    "POST /v1/inquiries": Operation(
        (
            *DENIALS,
            "idempotency-key-reused",
            "request-in-progress",
            "data-life-ended",
            "upstream-unavailable",
            "upstream-invalid",
            "audit-unavailable",
            "at-once-exceeded",
        ),
        sent=ASKED,
        answered=ANSWER,
        gives={"inquiry": ("GET /v1/inquiries/{inquiry_id}", "GET /v1/inquiries/{inquiry_id}/answer")},
    ),
    "POST /v1/inquiries:explain": Operation(
        (*DENIALS, "upstream-unavailable"),
        sent=ASKED,
        answered={
            "permitted": True,
            "scope": SCOPE,
            "withheld": [],
            "units": 1,
            "remaining": 97,
            "consent": {"id": CONSENT, "version": 2},
            "legal_basis": {"kind": "consent"},
            "valid_until": "2027-11-27T00:00:00+00:00",
            "uses_left": None,
        },
    ),
    "GET /v1/inquiries": Operation(answered={"inquiries": [LISTED], "next": None}),
    "POST /v1/inquiries:batch": Operation(
        ("quota-exceeded", "product-not-entitled", "idempotency-key-reused"),
        sent={"questions": [ASKED], "partial": False},
        answered=BATCH,
        gives={"batch": ("GET /v1/inquiries/batches/{batch_id}",)},
    ),
    "GET /v1/inquiries/batches/{batch_id}": Operation(("inquiry-batch-not-found",), answered=BATCH),
    "GET /v1/inquiries/{inquiry_id}": Operation(
        ("inquiry-not-found",), answered={**LISTED, "withheld": None, "answer": "eyJhbGciOiJFZDI1NTE5Iiwi…"}
    ),
    "GET /v1/inquiries/{inquiry_id}/answer": Operation(
        (
            "inquiry-not-found",
            "answer-not-yours",
            "inquiry-unanswered",
            *DENIED_AGAIN,
        ),
        answered=ANSWER,
    ),
    "POST /v1/audit/inquiries/{inquiry_id}/replay": Operation(
        ("inquiry-not-found",),
        answered={
            "inquiry": INQUIRY,
            "model": "enterprise/2+5a0c14e0a1b2",
            "outcome": "equal",
            "why": "",
            "differences": [],
        },
    ),
    "GET /v1/questions": Operation(answered={"questions": [QUESTION], "next": None}),
    "GET /v1/questions/{question_id}": Operation(("question-not-found",), answered={**QUESTION, "number": 7}),
    "GET /v1/questions/{question_id}/proof": Operation(
        ("question-not-found", "question-between-others", "not-yet-proved"),
        answered="c2sp.org/tlog-proof@v1\nextra eyJhY3Rvci…\nindex 7\ngSKyXoYZUgZ6…\n\n…",
    ),
    "GET /v1/obligations": Operation(
        answered={
            "reports": [OWED],
            "total": 1,
            "deletions": [
                {**OWED, "due": "2027-11-27T01:08:10+00:00", "stops_questions_at": "2027-12-12T01:08:10+00:00"}
            ],
            "deletions_total": 1,
        },
    ),
    "POST /v1/obligations/deletions": Operation(
        ("inquiry-not-found",),
        sent={"inquiries": [INQUIRY]},
        answered={
            "deleted": [
                {
                    "inquiry": INQUIRY,
                    "due": "2027-11-27T01:08:10+00:00",
                    "deleted_at": "2027-11-26T02:00:00+00:00",
                    "entry": ENTRY,
                }
            ]
        },
    ),
    "GET /v1/recalls": Operation(
        answered={
            "recalls": [
                {
                    "recall": "01983a2b-7c1d-7e00-8000-000000000031",
                    "inquiry": INQUIRY,
                    "kind": "repaired",
                    "told_at": "2026-12-01T02:00:00+00:00",
                    "account": "bank-1",
                    "subject": "91330302MA00000154",
                    "product": "score",
                    "purpose": "pre_loan",
                    "answered_at": "2026-11-27T01:08:10+00:00",
                    "entry": ENTRY,
                }
            ],
            "next": None,
        },
    ),
    "POST /v1/usage-results": Operation(
        ("inquiry-not-found",),
        sent={
            "inquiry": INQUIRY,
            "outcome": "granted",
            "amount": "500000.00",
            "balance": "500000.00",
            "first_time": True,
            "decided_on": "2026-11-27",
        },
        answered={"result": RESULT, "version": 1, "exchange": EXCHANGE},
        also={201: "收到一个版本 It is a version of its own."},
        gives={"result": ("GET /v1/usage-results/{result_id}",)},
    ),
    "GET /v1/usage-results/{result_id}": Operation(
        ("usage-result-not-found",),
        answered={
            "result": RESULT,
            "versions": [
                {
                    "version": 1,
                    "inquiry": INQUIRY,
                    "recorded_at": "2026-11-27T02:00:00+00:00",
                    "entry": ENTRY,
                    "deliveries": [],
                }
            ],
        },
    ),
}
