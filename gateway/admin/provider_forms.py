"""The forms by which operators ask for changes of providers."""

from typing import Any

import orjson

from gateway.admin.act_forms import ActForm, FieldSpec, Values, number

# Of each number of the terms: its label, and what is said where it will not do.
NUMBERS = {
    "time_ms": ("provider-time", "provider-wrong-time"),
    "attempts": ("provider-attempts", "provider-wrong-attempts"),
    "retry_percent": ("provider-retry", "provider-wrong-retry"),
    "most_at_once": ("provider-most", "provider-wrong-most"),
    "open_after": ("provider-open-after", "provider-wrong-open-after"),
    "open_seconds": ("provider-open-seconds", "provider-wrong-open-seconds"),
    "keep_seconds": ("provider-keep", "provider-wrong-keep"),
    "hedge_ms": ("provider-hedge", "provider-wrong-hedge"),
}
_REASON = FieldSpec("reason", "op-why", "op-wrong-reason", "op-hint-reason")


def _members(typed: Values, name: str) -> Any:  # noqa: ANN401 - whatever was typed
    """Return what was typed as JSON, None where nothing was. Raises ValueError with the field's name."""
    said = typed.get(name, "").strip()
    try:
        return orjson.loads(said) if said else None
    except orjson.JSONDecodeError as fault:
        raise ValueError(name) from fault


def _set(provider: str, typed: Values) -> dict[str, Any]:
    return {
        "action": "provider.set", "provider": provider or typed["provider"].strip(), "url": typed["url"].strip(),
        **{name: number(typed, name) for name in NUMBERS},
        "question": _members(typed, "question"), "answer": _members(typed, "answer"),
        "signing": _members(typed, "signing"),
        "reason": typed["reason"].strip(),
    }  # fmt: skip


_TERMS = (
    FieldSpec("url", "provider-url", "provider-wrong-url", "provider-hint-url"),
    *(FieldSpec(name, label, wrong, type="number") for name, (label, wrong) in NUMBERS.items()),
    FieldSpec("question", "provider-question", "provider-wrong-map", "provider-hint-map", required=False, rows=4),
    FieldSpec("answer", "provider-answer", "provider-wrong-map", "provider-hint-map", required=False, rows=6),
    FieldSpec("signing", "provider-signing", "provider-wrong-signing", "provider-hint-signing", required=False, rows=3),
    _REASON,
)
_FOLLOWS = ("provider-follows-asked", "provider-follows-told", "op-follows-two")
REGISTER = ActForm(
    "provider-register", "provider-register-verb", _FOLLOWS,
    (FieldSpec("provider", "provider-name", "op-wrong-id", "op-hint-id"), *_TERMS), _set,
)  # fmt: skip
OF_PROVIDER = {
    "change": ActForm("provider-change", "provider-change-verb", _FOLLOWS, _TERMS, _set),
    "suspend": ActForm(
        "provider-suspend", "provider-suspend", ("provider-follows-suspended",), (_REASON,),
        lambda provider, typed: {
            "action": "provider.suspend", "provider": provider, "reason": typed["reason"].strip(),
        },
    ),
    "resume": ActForm(
        "provider-resume", "provider-resume", ("provider-follows-asked", "op-follows-two"), (_REASON,),
        lambda provider, typed: {"action": "provider.resume", "provider": provider, "reason": typed["reason"].strip()},
    ),
}  # fmt: skip
