"""What the operations of records answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

RECORD, ENTRY = "01983a2b-7c1d-7e00-8000-000000000050", "01983a2b-7c1d-7e00-8000-000000000020"
VERSION: dict[str, Any] = {
    "record": RECORD,
    "version": 1,
    "status": "current",
    "visible": True,
    "event_date": "2026-03-02",
    "publish_until": "2029-03-02",
    "recorded_at": "2026-11-27T01:08:10+00:00",
    "superseded_at": None,
    "batch": "01983a2b-7c1d-7e00-8000-000000000030",
    "content": {"amount": "1200.00"},
}
ACT: dict[str, Any] = {
    "act": "01983a2b-7c1d-7e00-8000-000000000051",
    "record": RECORD,
    "kind": "repair",
    "state": "repaired",
    "hidden": False,
    "effective_on": "2026-11-27",
    "reason": "已履行完毕",
    "document": "温信修〔2026〕12号",
    "actor": "tax",
    "recorded_at": "2026-11-27T01:08:10+00:00",
    "term": None,
    "entry": ENTRY,
}
TERM = {
    "jurisdiction": "330000",
    "version": 1,
    "effect": "mark",
    "mark_by": "2026-11-27",
    "answer_by": "2026-12-04",
    "close_by": "2026-12-25",
    "provisional": False,
}
DUE: dict[str, Any] = {
    "mark_due_on": "2026-11-27",
    "answer_due_on": "2026-12-04",
    "close_due_on": "2026-12-25",
    "provisional": False,
    "rule": {"jurisdiction": "330000", "version": 1},
}
PROVED: dict[str, Any] = {
    "type": "xinqiao-record-proof/1",
    "canonical": '{"agency":"tax","dataset":"tax_arrears",…}',
    "leaf_index": 7,
    "path": ["5b0c…", "91aa…"],
    "statement": "eyJhbGciOiJFZDI1NTE5Iiwi…",
    "agency_signature": None,
    "agency_key": None,
    "entry": None,
}
NOT_SEEN = ("record-not-found", "record-erased")
ACTING = ("record-not-found", "act-not-possible", "act-not-yours")

OPERATIONS: Mapping[str, Operation] = {
    "POST /v1/batches/{batch_id}/reinstate": Operation(
        ("batch-not-found", "act-not-possible", "act-not-yours"),
        sent={"reason": "清单漏报"},
        answered={"batch": "01983a2b-7c1d-7e00-8000-000000000030", "returned": 3},
    ),
    "GET /v1/records/{record_id}/proof": Operation(
        NOT_SEEN,
        answered={
            "record": RECORD,
            "version": 1,
            "status": "current",
            "superseded_at": None,
            "key": {"kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            **PROVED,
        },
    ),
    "GET /v1/records/{record_id}/proof-file": Operation(NOT_SEEN, answered=PROVED),
    "GET /v1/records": Operation(
        answered={
            "records": [
                {
                    "dataset": "tax_arrears",
                    "title": {"zh": "欠税信息", "en": "Tax arrears"},
                    "agency": "tax",
                    "agency_name": {"zh": "市税务局", "en": "Municipal tax bureau"},
                    "producer": None,
                    "sharing": "public",
                    **VERSION,
                }
            ],
            "next": None,
        }
    ),
    "GET /v1/records/by-dataset": Operation(
        answered={
            "datasets": [
                {
                    "dataset": "tax_arrears",
                    "agency": "tax",
                    "held": 2,
                    "shown": 1,
                    "newest": "2026-03-02",
                    "scored": True,
                }
            ]
        }
    ),
    "GET /v1/objections": Operation(
        answered={
            "objections": [
                {
                    "objection": ACT["act"],
                    "record": RECORD,
                    "dataset": "tax_arrears",
                    "agency": "tax",
                    "state": "rejected",
                    "hidden": False,
                    "reason": "金额有误",
                    "document": None,
                    "actor": "shoes",
                    "recorded_at": ACT["recorded_at"],
                    "decision": "经核实无误",
                    "decision_document": "温税复〔2026〕3号",
                    "decided_at": "2026-11-30T01:08:10+00:00",
                    **DUE,
                    "entry": ENTRY,
                }
            ],
            "next": None,
        }
    ),
    "GET /v1/open-objections": Operation(
        answered={
            "objections": [
                {
                    "objection": ACT["act"],
                    "record": RECORD,
                    "dataset": "tax_arrears",
                    "agency": "tax",
                    "hidden": False,
                    "reason": "金额有误",
                    "document": None,
                    "recorded_at": ACT["recorded_at"],
                    **DUE,
                    "standing": "in_time",
                }
            ],
            "next": None,
            "rule": {
                "jurisdiction": "330000",
                "title": {"zh": "浙江省", "en": "Zhejiang"},
                "version": 1,
                "effect": "mark",
                "days": "working",
                "mark": 0,
                "answer": 5,
                "close": 20,
                "law": {
                    "zh": "《浙江省公共信用信息管理条例》第三十条、第三十一条",
                    "en": "Zhejiang Regulations on Public Credit Information, articles 30 and 31",
                },
                "holidays_known_to": 2026,
            },
        }
    ),
    "GET /v1/records/{record_id}/history": Operation(
        ("record-not-found",),
        answered={
            "dataset": "tax_arrears",
            "agency": "tax",
            "as_of": "2026-11-27",
            "known_at": None,
            "versions": [VERSION],
            "acts": [ACT],
        },
    ),
    "POST /v1/records/{record_id}/acts": Operation(
        ACTING, sent={"kind": "repair", "reason": ACT["reason"], "document": ACT["document"]}, answered=ACT
    ),
    "POST /v1/records/{record_id}/objections": Operation(
        (*ACTING, "too-many-objections"),
        sent={"reason": "金额有误"},
        answered={**ACT, "kind": "object", "state": "objected", "reason": "金额有误", "document": None, "term": TERM},
    ),
    "POST /v1/datasets/{dataset}/withdrawals": Operation(
        (
            "unknown-dataset",
            "dataset-not-yours",
            "malformed-delivery",
            "delivery-too-large",
            "delivery-torn",
            "digest-mismatch",
            "unsupported-encoding",
            "batch-conflict",
            "batch-signature-invalid",
            "batch-signature-required",
            "act-not-possible",
        ),
        sent="决定书文号\n温税欠〔2026〕12号\n",
        answered={
            "act_batch": "01983a2b-7c1d-7e00-8000-000000000052",
            "kind": "withdraw",
            "rows": 1,
            "done": 1,
            "already": 0,
            "unknown": 0,
            "refused": [],
            "entry": ENTRY,
        },
        also={200: "已收过，未变 It was sent before, unchanged."},
    ),
}
