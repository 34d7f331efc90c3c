"""The form by which operators set how fast, or how much at once, may be asked."""

from gateway.admin.act_forms import ActForm, FieldSpec, Values, number

SCOPES = (("account", "rate-of-account"), ("institution", "rate-of-institution"), ("signatory", "rate-of-signatory"))
MEASURES = (
    ("rate", "rate-rate"), ("burst", "rate-burst"), ("at-once", "rate-at-once"), ("denials", "rate-denials"),
    ("subjects", "rate-subjects"),
)  # fmt: skip


def _limit(typed: Values) -> int | None:
    return number(typed, "limit") if typed.get("limit", "").strip() else None


SET_RATE = ActForm(
    "rate-set", "rate-set-verb",
    ("rate-follows-now", "rate-follows-refused", "rate-follows-processes", "rate-follows-default", "rate-follows-log"),
    (
        FieldSpec("scope", "rate-whose", "op-wrong-form", options=SCOPES),
        FieldSpec("id", "rate-id", "rate-wrong-id", "rate-hint-id", required=False),
        FieldSpec("measure", "rate-measure", "rate-wrong-measure", "rate-hint-measure", options=MEASURES),
        FieldSpec("limit", "op-limit", "rate-wrong-limit", "rate-hint-limit", type="number", required=False),
        FieldSpec("reason", "op-why", "op-wrong-reason", "op-hint-reason"),
    ),
    lambda _id, typed: {
        "action": "quota.rate", "scope": typed["scope"], "id": typed.get("id", "").strip(),
        "measure": typed["measure"], "limit": _limit(typed), "reason": typed["reason"].strip(),
    },
)  # fmt: skip
