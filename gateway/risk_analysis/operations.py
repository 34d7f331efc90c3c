"""What the operations of the analysis answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

_TRIAL = "01983a2b-7c1d-7e00-8000-0000000000b0"
_WHO = {"subject": "91330300MAX000031G", "name": "瓯海第1信息服务有限公司"}
_PERIOD = {"since": "2025-12-01", "until": "2026-11-28"}
_STAGES = {
    "judged": 300_000, "suspect": 4_616, "opened": 368, "confirmed": 131, "handled": 366, "handled_percent": "99.5",
}  # fmt: skip
_GROUP = {
    "judged": 41_200, "suspect": 702, "opened": 51, "confirmed": 20, "handled": 51, "handled_percent": "100.0",
}  # fmt: skip
_SIDE: dict[str, Any] = {
    "watch": "3f" * 32, "budget": 4_500, "enterprises": 3_581,
    "levels": {"mass-involving": {"notice": 310, "warning": 42, "restriction": 6}},
    "hits": {"found": 320, "bad_found": 118, "bad": 131}, "precision_ppm": 368_750, "recall_ppm": 900_763,
}  # fmt: skip
_MEMBERS: dict[str, Any] = {
    "trial": _TRIAL, "state": "finished", "watch": "a0" * 32, "asked_at": "2026-11-28T03:10:00+00:00",
    "finished_at": "2026-11-28T03:12:10+00:00", "as_of": "2026-11-28", "progress": {"done": 10, "pieces": 10},
    "fault": None, "subjects": 300_000, "known": {"bad": 131, "sound": 235},
    "ways": {"new": 40, "gone": 12, "raised": 3, "lowered": 1}, "in_force": _SIDE, "tried": _SIDE,
}  # fmt: skip
_WAITING: dict[str, Any] = _MEMBERS | {
    "state": "waiting", "finished_at": None, "as_of": None, "progress": {"done": 0, "pieces": 0},
    **dict.fromkeys(("subjects", "known", "ways", "in_force", "tried")),
}  # fmt: skip
_SENT = """version: 2
review_ppm: 15000
cool_days: 7
points:
  - id: dishonest
    name: {zh: 失信被执行人, en: Dishonest judgment debtor}
    signs:
      - measure: dishonest_now
        at_least: 1
        shown: flag
        text: {zh: 是失信被执行人, en: it is a dishonest judgment debtor}
types:
  - id: distress
    name: {zh: 企业经营风险, en: Distress of an enterprise}
    points: {dishonest: 90}
    levels: {notice: 30, warning: 60, restriction: 90}
"""
OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/risk-funnel": Operation(
        answered={
            **_PERIOD, "by": "division", "judged_on": "2026-11-28", "total": _STAGES,
            "groups": [{"key": "330304", "name": {"zh": "瓯海区", "en": "Ouhai"}, **_GROUP}],
            "outcomes": {"listed-abnormal": 125, "cancelled": 75, "police-filed": 23},
        },
    ),
    "GET /v1/risk-funnel/enterprises": Operation(
        answered={
            "enterprises": [
                {
                    **_WHO, "type": "mass-involving", "level": "warning", "score": 65, "since": "2026-07-02",
                    "confirmed_on": None, "closed_on": None, "outcome": None, "division": "330304", "section": "I",
                }
            ]
        },
    ),
    "GET /v1/risk-lead": Operation(
        answered={
            **_PERIOD, "level": "notice",
            "types": [
                {
                    "type": "mass-involving", "earlier": 4, "none": 141,
                    "days": {"number": 223, "least": 3, "lower": 61.0, "median": 152.0, "upper": 210.5, "most": 402},
                }
            ],
            "enterprises": [
                {
                    **_WHO, "type": "mass-involving", "first": "2026-07-02", "state": "acted", "act": "case",
                    "acted_on": "2026-12-01", "days": 152,
                }
            ],
        },
    ),
    "GET /v1/risk-open-points": Operation(
        answered={
            "as_of": "2026-11-28", "subjects": 300_000,
            "points": [
                {"point": "petitions", "name": {"zh": "信访投诉", "en": "Petitions"}, "open": 300_000}
            ],
        },
    ),
    "POST /v1/risk-trials": Operation(
        ("risk-watch-unsound", "risk-trial-under-way"), sent={"watch": _SENT}, answered=_WAITING,
        gives={"trial": ("GET /v1/risk-trials/{trial_id}",)},
    ),
    "GET /v1/risk-trials": Operation(answered={"trials": [_MEMBERS]}),
    "GET /v1/risk-trials/{trial_id}": Operation(
        ("risk-trial-not-found",),
        answered=_MEMBERS | {"moves": [{**_WHO, "type": "mass-involving", "before": None, "after": "notice"}]},
    ),
}  # fmt: skip
