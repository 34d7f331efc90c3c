"""What the operations of cases answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

_ID = "01983a2b-7c1d-7e00-8000-0000000000c0"
_CASE: dict[str, Any] = {
    "case": _ID, "subject": "91330300MAX000031G", "name": "瓯海第1信息服务有限公司", "type": "mass-involving",
    "level": "warning", "score": 65, "found_on": "2026-11-27", "opened_at": "2026-11-28T01:10:00+00:00",
    "opened_by": "person:zhao", "office": "330304", "state": "opened", "confirmed_at": None, "due_on": "2026-12-28",
    "overdue": False, "outcome": None, "closed_at": None, "steps": 0, "asks": None,
    "entry": "01983a2b-7c1d-7e00-8000-000000000020",
}  # fmt: skip
_OPENED = {
    "number": 0, "step": "open", "by": "person:zhao", "at": "2026-11-28T01:10:00+00:00", "words": None, "files": [],
    "details": {}, "state": "opened", "entry": "01983a2b-7c1d-7e00-8000-000000000020",
}  # fmt: skip
_STEPPED = _OPENED | {
    "number": 1, "step": "accept", "by": "person:qian", "at": "2026-11-29T02:00:00+00:00", "words": "已受理，下周核查",
    "state": "accepted", "entry": "01983a2b-7c1d-7e00-8000-000000000021",
}  # fmt: skip
_POINTS = [
    {
        "point": "promised-yield", "name": {"zh": "承诺高收益", "en": "High promised yield"}, "weight": 15,
        "signs": [{"zh": "承诺年化收益率20%", "en": "promises 20% a year"}],
    }
]  # fmt: skip
_WHOLE = _CASE | {
    "state": "accepted",
    "steps": 1,
    "points": _POINTS,
    "history": [_OPENED, _STEPPED],
    "files": [],
    "transfers": [],
    "may": ["assign"],
}
_TAKEN = _CASE | {"state": "accepted", "steps": 1, "entry": _STEPPED["entry"]}
_FILE = {
    "sha256": "3f" * 32, "media_type": "application/pdf", "size": 20_480, "taken_by": "person:qian",
    "taken_at": "2026-11-30T02:00:00+00:00",
}  # fmt: skip
OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/cases": Operation(answered={"cases": [_CASE]}),
    "POST /v1/cases": Operation(
        (
            "subject-not-found", "risk-not-standing", "case-open-already", "office-needed", "office-unknown",
            "case-person-needed",
        ),
        sent={"subject": "91330300MAX000031G", "type": "mass-involving"},
        answered=_CASE,
        gives={"case": ("GET /v1/cases/{case_id}",)},
    ),
    "POST /v1/cases/first": Operation(
        ("case-person-needed",), sent={"number": 20, "level": "restriction"},
        answered={"opened": [_ID], "already": 3, "unplaced": 1, "beyond": 0},
    ),
    "GET /v1/cases/{case_id}": Operation(("case-not-found",), answered=_WHOLE),
    "POST /v1/cases/{case_id}/steps": Operation(
        (
            "case-not-found", "case-person-needed", "case-step-state", "case-step-asks", "case-step-asks-nothing",
            "case-step-due", "case-step-same-office", "office-unknown", "case-receiver-missing", "case-file-not-found",
        ),
        sent={"step": "accept", "words": "已受理，下周核查"}, answered=_TAKEN,
    ),
    "POST /v1/cases/{case_id}/files": Operation(
        ("case-not-found", "case-person-needed", "case-step-state", "evidence-refused"), sent="%PDF-1.7…",
        answered=_FILE
    ),
    "GET /v1/cases/{case_id}/files/{sha256}": Operation(
        ("case-not-found", "case-file-not-found", "case-file-damaged"), answered="%PDF-1.7…",
        media_type="application/octet-stream",
    ),
    "GET /v1/cases/{case_id}/replay": Operation(
        ("case-not-found",), answered={"case": _ID, "same": True, "history": [_OPENED, _STEPPED], "differences": []}
    ),
}  # fmt: skip
