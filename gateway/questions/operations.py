"""What the operations of the auditor's question answer."""

from collections.abc import Mapping

from gateway.web.operations import Operation

INQUIRY, CONSENT, ENTRY, SUBJECT = (f"01983a2b-7c1d-7e00-8000-0000000000{number}" for number in (31, 10, 20, 40))
USCC = "91330302MA00000154"
QUESTION = {
    "kind": "inquiry",
    "id": INQUIRY,
    "asked_at": "2026-11-27T01:08:10.123456+00:00",
    "institution": "bank",
    "account": "bank-1",
    "person": None,
    "intermediary": None,
    "products": ["score"],
    "purpose": "pre_loan",
    "provider": "embedded",
    "consent": {"id": CONSENT, "version": 2},
    "legal_basis": {"kind": "consent"},
    "outcome": "answered",
    "reason": None,
    "units": 1,
    "entries": [{"entry": ENTRY, "type": "inquiry.answered"}],
    "usage": [],
}
_BY = {"institution": "bank", "account": "bank-1"}
COUNTED = {
    "since": "2026-10-28T00:00:00+08:00",
    "until": "2026-11-27T00:00:00+08:00",
    "asked": 2316,
    "outcomes": {"answered": 2280, "denied": 34, "failed": 2, "open": 0},
    "nights": 12,
    "weekends": 40,
    "institutions": [{"institution": "bank", "asked": 2316}],
    "accounts": [{**_BY, "asked": 2316, "answered": 2280, "denied": 34, "failed": 2}],
    "reasons": [{"reason": "consent-required", "asked": 34}, {"reason": "upstream-unavailable", "asked": 2}],
    "hours": [{"hour": 0, "weekdays": 2, "weekends": 0}],
    "shared": [{"uscc": USCC, "institutions": 4, "asked": 23}],
    "repeated": [{**_BY, "uscc": USCC, "product": "score", "day": "2026-11-26", "asked": 5}],
    "unusual": [{"account": "bank-1", "hours": [2, 3], "asked": 7, "of": 2316}],
}
REASONS = ("subject-not-found", "subject-ambiguous")

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/audit/statistics": Operation((), answered=COUNTED),
    "GET /v1/audit/questions": Operation(
        REASONS,
        answered={
            "subject": {"subject": SUBJECT, "uscc": USCC, "name": "瓯海第一鞋业有限公司"},
            "questions": [QUESTION],
            "next": None,
        },
    ),
    "GET /v1/audit/questions/evidence": Operation(
        (*REASONS, "not-yet-published"),
        answered={
            "type": "xinqiao-questions/1",
            "statement": "eyJhbGciOiJFZDI1NTE5Iiwi…",
            "checkpoint": "xinqiao.example/wz\n120\nCsUY…\n\n— xinqiao.example/wz Az3grl…\n",
            "entries": [{"index": 119, "leaf": "{…}", "path": ["5b0c…"], "salt": "2f7d…", "payload": "{…}"}],
            "consents": [
                {
                    "terms": "{…}",
                    "versions": [
                        {"entry": ENTRY, "status": "requested", "approval": None, "key": None, "receipt": "eyJ…"}
                    ],
                }
            ],
        },
    ),
}
