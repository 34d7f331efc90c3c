"""What the operations of scores answer."""

from collections.abc import Mapping

from gateway.web.operations import Operation

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/scores/movers": Operation(
        answered={
            "day": "2026-11-27",
            "movers": [
                {
                    "subject": "91330300MAX000031G",
                    "name": "瓯海第1鞋业有限公司",
                    "score": 540,
                    "band": "fair",
                    "before": {"score": 640, "band": "good"},
                    "change": -100,
                    "tags": [{"tag": "dishonest_now", "points_before": 0, "points": -100}],
                }
            ],
        },
    ),
    "GET /v1/scores/challenger": Operation(
        answered={
            "nights": [
                {
                    "as_of": "2026-11-28",
                    "champion": "xinqiao-enterprise/2+0a1b2c3d",
                    "challenger": "xinqiao-enterprise/3+4e5f6a7b",
                    "fault": None,
                    "figures": {
                        "enterprises": 300000,
                        "both_score": 212345,
                        "psi": 0.04,
                        "far": 1234,
                        "swapped_in": 321,
                        "swapped_out": 318,
                    },
                    "computed_at": "2026-11-28T18:31:00+00:00",
                    "entry": "01890a5d-ac96-774b-bcce-b302099a8057",
                }
            ],
        },
    ),
}
