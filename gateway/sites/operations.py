"""What the operations of the watch over platforms answer."""

from collections.abc import Mapping

from gateway.web.operations import Operation

_FINDING = {
    "series": "traffic", "kind": "spike", "since": "2026-11-27", "seen_on": "2026-11-28", "ended": None,
    "usual": False, "value": 52_310, "expected": 9_870, "low": 1_480, "high": 19_740,
}  # fmt: skip
_SITE = {
    "site": "p2p.example", "kind": "site", "name": "某某财富", "others": ["huawei:com.example.p2p"],
    "platforms": ["P-1"],
    "firms": [
        {"subject": "91330300MAX000031G", "name": "瓯海第1信息服务有限公司", "in_city": True},
        {"subject": None, "name": "外地某某信息技术有限公司", "in_city": False},
    ],
}  # fmt: skip
_DAY = {
    "day": "2026-11-28", "rules": {"version": 1, "digest": "5c" * 32}, "sites": 1_240, "unplaced": 12,
    "reported": 1_198, "silent": False, "opened": 3, "ended": 1, "standing": 17, "digest": "b1" * 32,
}  # fmt: skip
_SHOWN = {"day": "2026-11-28", "value": 52_310, "expected": 9_870, "low": 1_480, "high": 19_740}
OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/sites": Operation(answered={"day": _DAY, "sites": [{**_SITE, "findings": [_FINDING]}]}),
    "GET /v1/sites/{site}": Operation(
        reasons=("site-not-found",),
        answered={
            **_SITE, "profile": {"status": "operating", "promised_yield": "0.2", "profile_date": "2026-11-18"},
            "ratings": [{"rater": "某评级机构", "rating": "D", "day": "2026-11-10"}],
            "findings": [_FINDING], "series": {"traffic": [_SHOWN]},
        },
    ),
}  # fmt: skip
