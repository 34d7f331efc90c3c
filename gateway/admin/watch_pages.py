"""Releases of the risk watch on pages: which are in force and were, each with its back-test; others are asked for."""

from gateway.admin.act_forms import ActForm, FieldSpec
from gateway.admin.release_pages import IN_A_FORM, REASON, Released, file_typed, release_router
from gateway.watches.checks import LONGEST_REPORT, LONGEST_SOURCE
from gateway.watches.listing import list_watches, show_watch
from gateway.watches.names import RELEASED
from gateway.watches.outline import figures_of, percent

MOST_BYTES = IN_A_FORM * (LONGEST_SOURCE + LONGEST_REPORT)
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
        REASON,
    ),
    lambda _, typed: {
        "action": "watch.release", "kind": typed["kind"], "source": file_typed(typed, "source"),
        "report": file_typed(typed, "report").strip(), "reason": typed["reason"].strip(),
    },
)  # fmt: skip
# Of 0, the kind says what is meant: the shipped rules, or no model.
RETURN = ActForm(
    "watch-return", "watch-return-verb", _FOLLOWS, (_KIND, REASON),
    lambda number, typed: {
        "action": "watch.return", "kind": typed["kind"], "number": int(number), "reason": typed["reason"].strip(),
    },
)  # fmt: skip
router = release_router(Released(
    "watch", "watches", "go-watches", "watches-lead", "watch-release-number", "watch-shipped", RELEASE, RETURN,
    MOST_BYTES, list_watches, show_watch,
    lambda watch: {
        "figures": figures_of(watch["kind"], watch["report"]), "ways": (watch["report"] or {"all": {}})["all"],
        "percent": percent,
    },
    kept=("kind",),
))  # fmt: skip
