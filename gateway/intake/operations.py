"""What the operations of submissions and uploads answer."""

from collections.abc import Mapping
from typing import Any

from gateway.intake.held_preview import DECISIONS
from gateway.web.operations import Operation

BATCH_ID = "01983a2b-7c1d-7e00-8000-000000000030"
FILE = "企业名称,统一社会信用代码,欠税金额\n某某有限公司,91330302MA00000154,1200.00\n"
BATCH: dict[str, Any] = {
    "batch": BATCH_ID,
    "agency": "tax",
    "dataset": "tax_arrears",
    "sender_batch": "2026-11",
    "digest": "a954a9da88452d717d7507a7c37d9426cd2a5bfaa7d6a85c50f64a2b9b25c4f1",
    "received_at": "2026-11-27T01:08:10+00:00",
    "rows": 50,
    "accepted": 48,
    "unresolved": 1,
    "corrections": 0,
    "duplicates": 0,
    "natural_persons": 0,
    "rejected": 1,
    "unpacked": [],
    "delivery": "full_list",
    "ended": 3,
    "returned": 0,
    "not_ended": None,
    "corrected": 0,
    "open": 1,
    "corrects": None,
    "reasons": {"code-check": 1},
    "unread_columns": [
        {
            "column": "联系人",
            "values": 48,
            "seems": "",
            "title": "",
            "likeness": 0,
            "warning": False,
            "zh": "没有读列“联系人”，其中 48 个值不入库",
            "en": "联系人 was not read; 48 values of it are not stored",
        }
    ],
    "counting": {
        "file_rows": 54,
        "data_rows": 50,
        "titles": {"count": 1, "rows": ["1"]},
        "header": {"count": 1, "rows": ["2"]},
        "repeated_headers": {"count": 0, "rows": []},
        "blank": {"count": 1, "rows": ["53"]},
        "footers": {"count": 1, "rows": ["54"]},
        "natural_persons": {"count": 0, "rows": []},
        "conflicts": {"count": 1, "rows": [[17, 31]]},
        "sheet": "欠税",
        "unread_sheets": ["说明"],
        "hidden_sheets": [],
        "repeated_columns": [],
    },
    "statement": "eyJhbGciOiJFZDI1NTE5Iiwi…",
}
DATASET = ("unknown-dataset", "dataset-not-yours")
FILE_REASONS = (
    "malformed-delivery", "delivery-too-large", "delivery-torn", "digest-mismatch", "unsupported-encoding",
)  # fmt: skip
SIGNED = ("batch-signature-invalid", "batch-signature-required")

HELD = {
    "held": "01983a2b-7c1d-7e00-8000-000000000041",
    "agency": "tax",
    "dataset": "tax_arrears",
    "sender_batch": "2026-11",
    "digest": "a954a9da88452d717d7507a7c37d9426cd2a5bfaa7d6a85c50f64a2b9b25c4f1",
    "way": "push",
    "sent_by": "tax",
    "state": "discarded",
    "findings": [
        {
            "kind": "column_new",
            "column": "联系人",
            "zh": "多出不认识的列“联系人”",
            "en": "联系人 is a new, unknown column",
        }
    ],
    "held_at": "2026-11-27T01:08:10+00:00",
    "expires_at": "2026-12-27T01:08:10+00:00",
    "decided_by": "clerk",
    "batch": None,
}

HELD_SHOWN: dict[str, Any] = {
    **HELD,
    "state": "waiting",
    "decided_by": None,
    "lost": [],
    "titles": {"balance": "欠税余额（元）"},
    "first_rows": [
        {
            "row": 2,
            "name": "某某有限公司",
            "code": "91330302MA00000154",
            "fields": {"balance": "1200"},
            "rejected": [],
            "natural_person": False,
        }
    ],
    "fault": "",
    "decisions": DECISIONS,
}

OPERATIONS: Mapping[str, Operation] = {
    "POST /v1/datasets/{dataset}/batches": Operation(
        (*DATASET, *FILE_REASONS, *SIGNED, "batch-conflict", "batch-not-found", "correction-refused", "delivery-held"),
        sent=FILE,
        answered=BATCH,
        also={200: "已收过，未变 It was sent before, unchanged."},
        gives={"batch": ("GET /v1/batches/{batch_id}", "GET /v1/batches/{batch_id}/rejected-rows")},
    ),
    "GET /v1/batches/{batch_id}": Operation(("batch-not-found",), answered=BATCH),
    "GET /v1/batches/{batch_id}/rejected-rows": Operation(
        ("batch-not-found",), answered="行号,列,值,原因\n7,统一社会信用代码,91330302MA00000155,校验位不符\n"
    ),
    "OPTIONS /v1/uploads": Operation(),
    "POST /v1/datasets/{dataset}/uploads": Operation(
        (
            *DATASET,
            *SIGNED,
            "delivery-too-large",
            "storage-full",
            "too-many-uploads",
            "unsupported-version",
            "batch-conflict",
            "upload-refused",
        ),
    ),
    "GET /v1/uploads/{upload_id}": Operation(
        ("upload-not-found",),
        answered={
            "upload": "01983a2b-7c1d-7e00-8000-000000000031",
            "dataset": "tax_arrears",
            "sender_batch": "2026-11",
            "length": 1048576,
            "received": 524288,
            "state": "open",
            "fault": None,
            "batch": None,
            "expires_at": "2026-11-28T01:08:10+00:00",
        },
    ),
    "PATCH /v1/uploads/{upload_id}": Operation(
        (
            *SIGNED,
            "upload-not-found",
            "upload-refused",
            "upload-busy",
            "offset-mismatch",
            "checksum-mismatch",
            "storage-full",
            "unsupported-encoding",
            "unsupported-version",
            "digest-mismatch",
            "delivery-torn",
            "malformed-delivery",
            "batch-conflict",
            "delivery-held",
            "unknown-dataset",
        ),
        sent="524288 bytes from Upload-Offset on",
    ),
    "DELETE /v1/uploads/{upload_id}": Operation(("upload-not-found", "upload-busy", "unsupported-version")),
    "GET /v1/held-deliveries": Operation(answered={"held": [HELD], "next": None}),
    "GET /v1/held-deliveries/{held_id}": Operation(("held-not-found",), answered=HELD_SHOWN),
    "POST /v1/held-deliveries/{held_id}/{decision}": Operation(
        (
            "clerk-needed",
            "held-not-found",
            "held-decided",
            "batch-conflict",
            "malformed-delivery",
            "batch-signature-required",
        ),
        answered=HELD,
    ),
}
