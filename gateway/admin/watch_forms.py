"""The forms by which operators ask for other rules or another model of the risk watch, or for earlier ones again."""

from gateway.admin.act_forms import ActForm, FieldSpec
from gateway.watches.names import RELEASED

_REASON = FieldSpec("reason", "op-why", "op-wrong-reason", "op-hint-reason")
_KIND = FieldSpec(
    "kind", "watch-kind", "watch-wrong-kind", options=tuple((kind, f"watch-kind-{kind}") for kind in RELEASED)
)
_FOLLOWS = ("watch-follows-moment", "watch-follows-people", "op-follows-two")
RELEASE = ActForm(
    "watch-release", "watch-release-verb", _FOLLOWS,
    (
        _KIND,
        FieldSpec("source", "watch-source", "watch-wrong-source", "watch-hint-source", rows=12),
        FieldSpec("report", "watch-report", "watch-wrong-report", "watch-hint-report", rows=8),
        _REASON,
    ),
    lambda _, typed: {
        # A browser sends the ends of lines as CR LF: what is kept is the text as its file has it.
        "action": "watch.release", "kind": typed["kind"], "source": typed["source"].replace("\r\n", "\n"),
        "report": typed["report"].replace("\r\n", "\n").strip(), "reason": typed["reason"].strip(),
    },
)  # fmt: skip
RETURN = ActForm(
    "watch-return", "watch-return-verb", _FOLLOWS, (_KIND, _REASON),
    lambda number, typed: {
        "action": "watch.return", "kind": typed["kind"], "number": int(number), "reason": typed["reason"].strip(),
    },
)  # fmt: skip
