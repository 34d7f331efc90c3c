"""What the operations of cross-checks answer."""

from collections.abc import Mapping

from gateway.web.operations import Operation

_ID = "01970f3e-0000-7000-8000-0000000000c1"
_LIST = {
    "list": "01970f3e-0000-7000-8000-0000000000c2", "supervisor": "银行监管 banking supervision", "digest": "3f" * 32,
    "rows": 1200, "sound": 1198, "faulty": 2, "received_by": "person:reg-1",
    "received_at": "2026-11-29T02:00:00+00:00", "entry": "01970f3e-0000-7000-8000-0000000000c3", "faults": [],
}  # fmt: skip
_FAULTS = [{"place": 7, "fault": "not-unified"}, {"place": 31, "fault": "again"}]
_TERMS = {
    "purpose": "核对涉众风险企业的信贷情况", "type": "mass-involving", "level": "warning",
}  # fmt: skip
_CHECK = {
    "check": _ID, "way": "plain", "state": "done", **_TERMS, "lists": [_LIST["list"]], "counterpart": None,
    "learner": None, "proposed_by": "person:reg-1", "proposed_at": "2026-11-29T02:00:00+00:00",
    "decided_by": "person:reg-2", "decided_at": "2026-11-29T03:00:00+00:00", "reason": "同意", "day": "2026-11-29",
    "as_of": "2026-11-28", "suspects": 481, "cap": None, "commitment": None, "message": None, "their_size": None,
    "their_commitment": None, "their_message": None, "found": 1, "result": "a0" * 32,
    "done_at": "2026-11-29T03:00:00+00:00", "entry": "01970f3e-0000-7000-8000-0000000000c4",
}  # fmt: skip
_PROPOSED = {
    **_CHECK, "state": "proposed", "decided_by": None, "decided_at": None, "reason": None, "day": None, "as_of": None,
    "suspects": None, "found": None, "result": None, "done_at": None,
}  # fmt: skip
_FOUND = {
    "subject": "91330300MAX000031G", "name": "瓯海第1信息服务有限公司", "level": "warning",
    "types": ["mass-involving"], "lists": [{"list": _LIST["list"], "supervisor": _LIST["supervisor"]}],
}  # fmt: skip
_NOT_DUE = ("crosscheck-not-found", "crosscheck-out-of-order", "crosscheck-lapsed", "crosscheck-message-invalid",
            "crosscheck-unavailable")  # fmt: skip
_OF_LIST = ("GET /v1/supervisor-lists/{list_id}",)
_OF_CHECK = ("GET /v1/crosschecks/{check_id}",)
OPERATIONS: Mapping[str, Operation] = {
    "POST /v1/supervisor-lists": Operation(
        reasons=("crosscheck-list-refused", "body-too-large", "invalid-request"),
        sent="统一社会信用代码\n91330300MAX000031G\n",
        answered={**_LIST, "faults": _FAULTS}, gives={"list": _OF_LIST},
    ),
    "GET /v1/supervisor-lists": Operation(answered={"lists": [_LIST]}),
    "GET /v1/supervisor-lists/{list_id}": Operation(
        reasons=("crosscheck-not-found",), answered={**_LIST, "faults": _FAULTS}
    ),
    "POST /v1/crosschecks": Operation(
        reasons=("crosscheck-not-found", "invalid-request", "person-unknown"),
        sent={**_TERMS, "lists": [_LIST["list"]]},
        answered=_PROPOSED, gives={"check": _OF_CHECK},
    ),
    "GET /v1/crosschecks": Operation(answered={"checks": [_CHECK]}),
    "GET /v1/crosschecks/{check_id}": Operation(
        reasons=("crosscheck-not-found",), answered={**_CHECK, "enterprises": [_FOUND]}
    ),
    "POST /v1/crosschecks/{check_id}/decision": Operation(
        reasons=("crosscheck-not-found", "crosscheck-decided", "crosscheck-other-person", "crosscheck-nobody",
                 "crosscheck-too-many", "crosscheck-once-a-day", "invalid-request", "person-unknown"),
        sent={"decision": "approve", "reason": "同意"}, answered=_CHECK,
    ),
    "GET /v1/crosschecks/{check_id}/terms": Operation(
        reasons=("crosscheck-not-found",),
        answered={
            "check": _ID, "state": "approved", "purpose": _TERMS["purpose"], "learner": "counterpart",
            "day": "2026-11-29", "size": 481, "cap": 4500, "commitment": "3f" * 32, "statement": "eyJhbGciOiJ…",
        },
    ),
    "POST /v1/crosschecks/{check_id}/commitment": Operation(
        reasons=(*_NOT_DUE, "crosscheck-too-many"), sent={"statement": "eyJhbGciOiJ…"}, answered={"message": "CiEC…"},
    ),
    "POST /v1/crosschecks/{check_id}/message": Operation(
        reasons=(*_NOT_DUE, "body-too-large"), sent={"statement": "eyJhbGciOiJ…", "message": "CiEC…"},
        answered={"receipt": "eyJhbGciOiJ…", "response": "CiED…"},
    ),
    "POST /v1/crosschecks/{check_id}/audit": Operation(
        reasons=("crosscheck-not-found", "crosscheck-out-of-order", "crosscheck-message-invalid",
                 "crosscheck-unavailable", "body-too-large"),
        answered={
            "check": _ID, "sound": True,
            "sides": [{"side": "gateway", "size": 481, "committed": True, "sent": True}],
        },
    ),
}  # fmt: skip
