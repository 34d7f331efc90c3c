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
}
