"""What the operations of what stands behind an answer answer."""

from collections.abc import Mapping

from gateway.inquiries.operations import DENIED_AGAIN, INQUIRY
from gateway.web.operations import Operation

BEHIND = ("inquiry-not-found", "answer-not-yours", "inquiry-unanswered", *DENIED_AGAIN)

HEAD = {
    "inquiry": INQUIRY, "issued_at": "2026-11-27T01:08:10+00:00", "product": "score",
    "model": "enterprise/2+5a0c14e0a1b2", "outcome": "scored", "score": 712, "band": "good", "as_of": "2026-11-27",
    "percentile": 63,
}  # fmt: skip

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/inquiries/{inquiry_id}/records/{figure}": Operation(
        (*BEHIND, "records-withheld", "figure-not-found"),
        answered={
            "inquiry": INQUIRY,
            "figure": "admin_penalty",
            "as_of": "2026-11-27",
            "records": [
                {
                    "dataset": "penalty_general",
                    "title": {"zh": "行政处罚", "en": "Penalties"},
                    "agency": "drc",
                    "agency_name": {"zh": "发展改革委", "en": "Development and reform commission"},
                    "event_date": "2026-01-05",
                    "digest": "9f2b4c…",
                    "fields": {"cf_wsh": "温罚〔2026〕1号"},
                }
            ],
        },
    ),
    "GET /v1/audit/inquiries/{inquiry_id}/statements": Operation(
        ("inquiry-not-found",),
        answered={
            "statements": [
                {
                    "provider": "five-force",
                    "version": 2,
                    "holds": True,
                    "key": {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
                    "signature": "eyJhbGciOiJFZDI1NTE5IiwiYjY0IjpmYWxzZSwiY3JpdCI6WyJiNjQiXX0..dGhlIHNpZ25hdHVyZQ",
                    "body": "eyJpbnF1aXJ5IjogIuKApiJ9",
                    "entry": "01983a2b-7c1d-7e00-8000-000000000021",
                }
            ]
        },
    ),
    "GET /v1/inquiries/{inquiry_id}/sheet.pdf": Operation(
        (*BEHIND, "no-sheet", "pdf-unavailable"), answered="%PDF-1.7…", media_type="application/pdf"
    ),
    "GET /v1/inquiries/{inquiry_id}/compare/{with_id}": Operation(
        (*BEHIND, "not-comparable"),
        answered={
            "subject": "91330302MA00000154",
            "before": {**HEAD, "score": 690, "as_of": "2026-05-27"},
            "after": HEAD,
            "change": 22,
            "same_card": True,
            "same_scope": True,
            "tags": None,
            "health": None,
        },
    ),
}
