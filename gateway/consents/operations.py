"""What the operations of consents answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

ID, ENTRY = "01983a2b-7c1d-7e00-8000-000000000010", "01983a2b-7c1d-7e00-8000-000000000020"
TERMS: dict[str, Any] = {
    "subject": "91330302MA00000154",
    "accounts": ["bank-1"],
    "products": ["score"],
    "purpose": "pre_loan",
    "valid_from": "2026-11-27T00:00:00+08:00",
    "valid_until": "2027-02-27T00:00:00+08:00",
    "max_uses": 10,
}
CONSENT: dict[str, Any] = {
    "consent": ID,
    "version": 1,
    "status": "requested",
    "reason": None,
    "changed_at": "2026-11-27T01:08:10+00:00",
    "institution": "bank",
    "institution_name": "某银行",
    **TERMS,
    "uses": 0,
    "approvals": [],
    "required_approvals": 1,
    "files": [],
    "persons": [],
    "supersedes": None,
    "template": "pre-loan",
    "in_words": {"zh": ["谁来查询：某银行（bank），账户 bank-1"], "en": ["Who asks: 某银行 (bank), by bank-1"]},
    "terms": '{"accounts":["bank-1"],…}',
    "terms_sha256": "9f2b4c…",
    "approval_uri": f"https://gateway.example/console/enterprise/consents/{ID}",
}

TEMPLATE: dict[str, Any] = {
    "template": "pre-loan",
    "version": 1,
    "institution": None,
    "purpose": "pre_loan",
    "fetch_type": None,
    "products": [],
    "purpose_text": "贷前审查",
    "most": {
        "validity": "P3Y",
        "data_life": "P5Y",
        "frequency": [],
        "history": None,
        "tiers": ["basic", "detail"],
        "access_modes": ["VIEW", "STORE"],
    },
    "usual": {
        "fetch_type": "PERIODIC",
        "access_mode": "STORE",
        "data_life": "P1Y",
        "legal_basis": "authorised",
        "obligations": [
            {"kind": "no_onward", "within": None},
            {"kind": "report_usage", "within": "P90D"},
            {"kind": "delete_after", "within": "P1Y"},
        ],
    },
    "approvals": 1,
    "mandate_at_use": False,
    "notice": {
        "id": "pre-loan-notice",
        "version": 1,
        "language": "zh",
        "text": "您同意后，所列机构可在期限和次数之内查询本企业的公共信用评价，只用于判断是否放贷…",
    },
    "withdrawal": "企业主页“授权”页，或 POST /v1/consents/{id}/revoke，即刻生效…",
    "complaint": "向本平台运营机构提出；对记录的异议在企业主页提出…",
    "withdrawn": False,
    "effective_from": "2026-01-01T00:00:00+00:00",
}
IMPORT: dict[str, Any] = {
    "import": "01983a2b-7c1d-7e00-8000-000000000090",
    "kind": "archive",
    "sha256": "9f2b4c…",
    "created_at": "2026-11-27T01:08:10+00:00",
    "total": 2,
    "done": 2,
    "taken": 1,
    "refused": 1,
    "rows": [
        {"number": 2, "subject": TERMS["subject"], "outcome": "requested", "consent": ID, "reason": None},
        {
            "number": 3, "subject": "91330302MA2ABCDEXP", "outcome": "import-row-unreadable", "consent": None,
            "reason": "用途须为 purpose: 贷前审查, …",
        },
    ],
}  # fmt: skip
ENDED = (
    "unchangeable-rejected", "unchangeable-lapsed", "unchangeable-revoked", "unchangeable-expired",
    "unchangeable-exhausted", "unchangeable-superseded", "unchangeable-invalidated",
)  # fmt: skip

SIGNATORY: dict[str, Any] = {
    "signatory": "shoes-2",
    "status": "active",
    "kid": "k2",
    "key": "waiting",
    "added_at": "2026-11-27T01:08:10+00:00",
    "effective_from": "2026-11-30T01:08:10+00:00",
    "ends_at": None,
    "decided": None,
    "decided_by": None,
    "entry": ENTRY,
}

OWNER: dict[str, Any] = {
    "person": "owner-shoes",
    "name": "王小二",
    "status": "active",
    "invited_at": "2026-11-27T01:08:10+00:00",
    "acts_from": "2026-11-30T01:08:10+00:00",
}

# Why there is no request of these terms.
REQUESTABLE = (
    "invalid-subject", "invalid-terms", "not-yours-to-decide", "consent-exceeds-template", "consent-not-found",
    "consent-not-renewable",
)  # fmt: skip
OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/signatories": Operation(answered={"signatories": [SIGNATORY], "people": [OWNER]}),
    "POST /v1/signatories/people/{person_id}/{decision}": Operation(
        ("signatory-not-found", "signatory-decided"),
        answered={"person": "owner-shoes", "decision": "confirm", "decided_by": "shoes"},
    ),
    "POST /v1/signatories/{signatory_id}/{decision}": Operation(
        ("signatory-not-found", "signatory-decided"),
        sent={"kid": "k2"},
        answered={"signatory": "shoes-2", "kid": "k2", "decided": "confirmed", "decided_by": "shoes"},
    ),
    "POST /v1/consents": Operation(
        REQUESTABLE,
        sent=TERMS,
        answered=CONSENT,
        gives={
            "consent": (
                "GET /v1/consents/{consent_id}",
                "GET /v1/consents/{consent_id}/evidence",
                "GET /v1/consents/{consent_id}/qr.svg",
                "GET /v1/consents/{consent_id}/uses",
                "POST /v1/consents/{consent_id}/{action}",
            )
        },
    ),
    "GET /v1/consents": Operation(answered={"consents": [CONSENT], "next": None}),
    "GET /v1/consents/reasons": Operation(
        answered={"revoke": [{"reason": "settled", "zh": "贷款已结清", "en": "The loan is repaid"}]}
    ),
    "GET /v1/consents/{consent_id}": Operation(("consent-not-found",), answered=CONSENT),
    "GET /v1/consents/{consent_id}/evidence": Operation(
        ("consent-not-found",),
        answered={
            "terms": CONSENT["terms"],
            "versions": [
                {
                    "version": 1,
                    "status": "requested",
                    "actor": "bank-1",
                    "approval": None,
                    "reason": None,
                    "receipt": "eyJhbGciOiJFZDI1NTE5Iiwi…",
                    "entry": ENTRY,
                    "recorded_at": "2026-11-27T01:08:10+00:00",
                }
            ],
            "keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}],
        },
    ),
    "POST /v1/consents/{consent_id}/files": Operation(
        ("consent-not-found", "consent-integrity-failed", "evidence-refused", "body-too-large", *ENDED),
        sent="%PDF-1.7…",
        answered=CONSENT,
    ),
    "GET /v1/consents/{consent_id}/files/{sha256}": Operation(
        ("consent-not-found", "evidence-not-found", "consent-integrity-failed"),
        answered="%PDF-1.7…",
        media_type="application/octet-stream",
    ),
    "POST /v1/consents/{consent_id}/separate-consents": Operation(
        ("consent-not-found", "consent-integrity-failed", "not-yours-to-decide", "approval-invalid", *ENDED),
        sent={"person": "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5", "statement": "eyJhbGci…"},
        answered=CONSENT,
    ),
    "DELETE /v1/consents/{consent_id}/separate-consents/{person}": Operation(
        ("consent-not-found", "consent-integrity-failed", "not-yours-to-decide", *ENDED),
        answered=CONSENT,
    ),
    "POST /v1/consent-imports/drafts": Operation(
        REQUESTABLE,
        sent=TERMS,
        answered={"consent": ID, "terms": CONSENT["terms"], "terms_sha256": CONSENT["terms_sha256"]},
    ),
    "POST /v1/consent-imports": Operation(
        ("import-refused", "not-yours-to-decide", "body-too-large"),
        sent="PK…",
        answered=IMPORT,
        gives={"import": ("GET /v1/consent-imports/{import_id}", "GET /v1/consent-imports/{import_id}/rows.{form}")},
    ),
    "GET /v1/consent-imports/{import_id}": Operation(("import-not-found",), answered=IMPORT),
    "GET /v1/consent-imports/{import_id}/rows.{form}": Operation(
        ("import-not-found",), answered="行号 number,…", media_type="text/csv"
    ),
    "GET /v1/consent-templates": Operation(answered={"templates": [{**TEMPLATE, "next": None}]}),
    "GET /v1/consent-templates/{template}": Operation(("template-not-found",), answered={"versions": [TEMPLATE]}),
    "GET /v1/consents/{consent_id}/qr.svg": Operation(
        ("consent-not-found", "consent-answered"), answered="<svg …", media_type="image/svg+xml"
    ),
    "GET /v1/consents/{consent_id}/uses": Operation(
        ("consent-not-found",),
        answered={
            "uses": [
                {
                    "inquiry": "01983a2b-7c1d-7e00-8000-000000000001",
                    "account": "bank-1",
                    "institution": "bank",
                    "product": "score",
                    "purpose": "pre_loan",
                    "version": 2,
                    "at": "2026-11-27T01:10:00+00:00",
                    "entry": ENTRY,
                }
            ]
        },
    ),
    "POST /v1/consents/{consent_id}/{action}": Operation(
        (
            "consent-not-found",
            "consent-integrity-failed",
            "not-yours-to-decide",
            "approval-invalid",
            "unchangeable-requested",
            "unchangeable-rejected",
            "unchangeable-lapsed",
            "unchangeable-active",
            "unchangeable-paused",
            "unchangeable-revoked",
            "unchangeable-expired",
            "unchangeable-exhausted",
            "unchangeable-superseded",
            "unchangeable-invalidated",
            "consent-mandate-ended",
            "consent-approved-before",
            "consent-exceeds-template",
            "consent-not-renewable",
            "evidence-missing",
        ),
        sent={"approval": "eyJhbGciOiJFZDI1NTE5Iiwi…", "reason": "金额太大，改期再议"},
        answered={**CONSENT, "approval_uri": None, "version": 2, "status": "rejected", "reason": "金额太大，改期再议"},
    ),
}
