"""The forms by which operators ask for changes of an institution's views."""

from collections.abc import Mapping

from consent.terms import PURPOSES
from gateway.admin.act_forms import OF_INSTITUTION, ActForm, FieldSpec, listed

_NAME = FieldSpec("view", "op-view-id", "op-wrong-id", "op-hint-id")
FORMS: Mapping[str, ActForm] = {
    **OF_INSTITUTION,
    "view": ActForm(
        "op-set-view", "op-set-view-verb", ("op-follows-view", "op-follows-two"),
        (
            _NAME,
            FieldSpec("purpose", "ask-purpose", "op-wrong-form",
                      options=tuple((code, f"purpose-{code}") for code in PURPOSES)),
            FieldSpec("title", "op-view-title", "op-wrong-title"),
            FieldSpec("admission", "op-view-admission", "op-wrong-columns", "op-hint-columns", required=False, rows=4),
            FieldSpec("limit", "op-view-limit", "op-wrong-columns", "op-hint-columns", required=False, rows=4),
        ),
        lambda identifier, typed: {
            "action": "view.set", "institution": identifier, "view": typed["view"].strip(),
            "purpose": typed["purpose"], "title": typed["title"].strip(),
            **{part: listed(typed, part) for part in ("admission", "limit")},
        },
    ),
    "view-end": ActForm(
        "op-end-view", "op-end-view-verb", ("op-follows-view-end",),
        (_NAME, FieldSpec("reason", "op-why", "op-wrong-reason", "op-hint-reason")),
        lambda identifier, typed: {
            "action": "view.end", "institution": identifier, "view": typed["view"].strip(),
            "reason": typed["reason"].strip(),
        },
    ),
}  # fmt: skip
