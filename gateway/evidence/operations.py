"""What the operations of the log answer."""

from collections.abc import Mapping

from gateway.web.operations import Operation

LEAF = {"id": "01983a2b-7c1d-7e00-8000-000000000020", "type": "inquiry.answered", "outcome": "answered"}
NOTE = "xinqiao.example/wz\n120\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— xinqiao.example/wz Az3grl…\n"
TLOG = f"c2sp.org/tlog-proof@v1\nextra eyJhY3Rvci…\nindex 119\ngSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n\n{NOTE}"

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/audit/entries": Operation(
        ("subject-not-found", "subject-ambiguous"),
        answered={"entries": [{"index": 119, "leaf": LEAF}], "next": None},
    ),
    "GET /v1/audit/entries/{event_id}/tlog-proof": Operation(("not-yet-proved",), answered=TLOG),
    "GET /v1/audit/entries/{event_id}/proof": Operation(
        ("not-yet-proved",),
        answered={
            "index": 119,
            "leaf": '{"id":"01983a2b-…",…}',
            "path": ["5b0c…", "91aa…"],
            "checkpoint": NOTE,
            "opened": {"salt": "2f7d…", "payload": '{"product":"score",…}'},
        },
    ),
    "GET /audit/log/checkpoint": Operation(("not-yet-published",), answered=NOTE),
    "GET /audit/log/tile/{path}": Operation(
        ("no-such-tile", "not-yet-published"),
        answered="32 bytes for each hash of the tile",
        media_type="application/octet-stream",
    ),
}
