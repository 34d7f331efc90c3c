"""What the operations of the risk watch answer."""

from collections.abc import Mapping

from gateway.web.operations import Operation

_WHO = {"subject": "91330300MAX000031G", "name": "瓯海第1信息服务有限公司"}
_RISK = {
    "type": "mass-involving", "level": "warning", "level_before": "notice", "score": 65, "since": "2026-11-27",
    "learned": {"place": 12, "chance_ppm": 84_000},
    "points": [
        {
            "point": "promised-yield", "name": {"zh": "承诺高收益", "en": "High promised yield"}, "weight": 15,
            "signs": [{"zh": "承诺年化收益率20%", "en": "promises 20% a year"}],
        }
    ],
}  # fmt: skip
_OPEN = {"point": "rate-above-index", "name": {"zh": "利率高于指数", "en": "Rate above the index"}}
_DAY = {
    "as_of": "2026-11-28", "watch": {"version": 1, "digest": "3f" * 32}, "subjects": 300_000, "budget": 4_500,
    "notice": 3_100, "warning": 420, "restriction": 61, "opened": 12, "raised": 3, "lowered": 1, "ended": 7,
    "digest": "a0" * 32,
}  # fmt: skip
_LEARNED = {
    "place": 12, "chance_ppm": 84_000, "points": -120,
    "reasons": [
        {
            "measure": "ma_yield_promised", "value": 2000, "points": 318,
            "name": {"zh": "承诺最高年化收益率", "en": "Highest yield promised"},
        }
    ],
}  # fmt: skip
OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/risks": Operation(answered={"day": _DAY, "risks": [{**_WHO, **_RISK}]}),
    "GET /v1/risks/learned": Operation(
        answered={
            "learned": [{**_WHO, "version": 1, **_LEARNED, "levels": [{"type": "mass-involving", "level": "warning"}]}]
        }
    ),
    "GET /v1/risks/drift": Operation(
        answered={
            "as_of": "2026-11-28",
            "since": "2026-11-01",
            "measures": [{"measure": "promised-yield", "psi_ppm": 1_840}],
        }
    ),
    "GET /v1/subjects/{uscc}/risks": Operation(
        reasons=("subject-not-found",),
        answered={
            **_WHO,
            "day": _DAY,
            "learned": _LEARNED,
            "standing": [_RISK],
            "ended": [],
            "sites": [],
            "open": [_OPEN],
        },
    ),
}
