"""What the operations of the network answer."""

from collections.abc import Mapping

from gateway.web.operations import Operation

_SHOE = {"id": "91330300MAX000031G", "kind": "enterprise", "name": "瓯海第1鞋业有限公司"}
_PERSON = {"id": "person-7", "kind": "person", "name": None}
OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/subjects/{uscc}/network": Operation(
        reasons=("subject-not-found",),
        answered={
            "subject": _SHOE["id"],
            "as_of": "2026-11-27",
            "hops": 3,
            "parties": [{**_SHOE, "hops": 0, "more": False}, {**_PERSON, "hops": 1, "more": False}],
            "edges": [
                {
                    "kind": "holds", "from": _PERSON["id"], "to": _SHOE["id"], "share": 600_000, "position": None,
                    "starts": "2020-05-01", "ends": None,
                }
            ],
            "holders": [{**_PERSON, "share": 600_000, "hops": 1}],
            "holdings": [],
            "control_share": 500_000,
            "controllers": [{**_PERSON, "share": 600_000, "declared": False, "more": False}],
            "circles": [],
            "same_address": {"number": 0, "enterprises": []},
            "cut": False,
            "standing": {
                "as_of": "2026-11-27", "holders": 1, "holdings": 0, "component": 1, "circle": None, "common_control": 1
            },
        },
    ),
}  # fmt: skip
