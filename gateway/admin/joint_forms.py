"""The forms by which operators ask for a joint answer of several providers, or for a change of one."""

import re
from collections.abc import Mapping
from typing import Any

from gateway.admin.act_forms import ActForm, FieldSpec, Values, number
from scoring_adapter.providers.joint import RULES

# What a line of the form says of a part, in either language.
REQUIRED: Mapping[str, bool] = {"必需": True, "required": True, "可缺": False, "optional": False}
CHARGED = (("yes", "joint-charged"), ("no", "joint-not-charged"))


def _lines(typed: Values, name: str) -> list[list[str]]:
    found = [re.split(r"[\s,，]+", line.strip()) for line in typed.get(name, "").splitlines()]
    return [words for words in found if words != [""]]


def _parts(typed: Values) -> list[dict[str, Any]]:
    """Return the parts that were typed, one in each line: its name, whether it is required, its weight.

    Raises ValueError with the field's name.
    """
    found = []
    for words in _lines(typed, "parts"):
        provider, required, weight, *more = [*words, *("可缺", "0")[len(words) - 1 :]]
        if more or required not in REQUIRED or not (weight.isascii() and weight.isdecimal()):
            raise ValueError("parts")
        found.append({"provider": provider, "required": REQUIRED[required], "weight_ppm": int(weight)})
    return found


def _bands(typed: Values) -> list[dict[str, Any]]:
    found = _lines(typed, "bands")
    if any(len(one) != 2 or not (one[0].isascii() and one[0].isdecimal()) for one in found):
        raise ValueError("bands")
    return [{"least": int(least), "band": band} for least, band in found]


def _joined(provider: str, typed: Values) -> dict[str, Any]:
    return {
        "action": "provider.join", "provider": provider or typed["provider"].strip(), "parts": _parts(typed),
        "rule": typed["rule"], "time_ms": number(typed, "time_ms"), "charge_partial": typed["charge_partial"] == "yes",
        "bands": _bands(typed), "order": [one for words in _lines(typed, "order") for one in words],
        "reason": typed["reason"].strip(),
    }  # fmt: skip


def filled(terms: Mapping[str, Any]) -> dict[str, str]:
    """Return the terms of a joint answer as they are written into the fields of its form."""
    words = {required: word for word, required in reversed(list(REQUIRED.items()))}
    return {
        "parts": "\n".join(
            f"{one['provider']} {words[one['required']]} {one['weight_ppm']}" for one in terms["parts"]
        ),
        "rule": terms["rule"], "time_ms": str(terms["time_ms"]),
        "charge_partial": "yes" if terms["charge_partial"] else "no",
        "bands": "\n".join(f"{one['least']} {one['band']}" for one in terms["bands"]),
        "order": " ".join(terms["order"]),
    }  # fmt: skip


_TERMS = (
    FieldSpec("parts", "joint-parts", "joint-wrong-parts", "joint-hint-parts", rows=4),
    FieldSpec("rule", "joint-rule", "joint-wrong-rule", options=tuple((one, f"joint-rule-{one}") for one in RULES)),
    FieldSpec("time_ms", "joint-time", "provider-wrong-time", type="number"),
    FieldSpec("charge_partial", "joint-partial", "joint-wrong-rule", options=CHARGED),
    FieldSpec("bands", "joint-bands", "joint-wrong-bands", "joint-hint-bands", required=False, rows=4),
    FieldSpec("order", "joint-order", "joint-wrong-order", "joint-hint-order", required=False),
    FieldSpec("reason", "op-why", "op-wrong-reason", "op-hint-reason"),
)
_FOLLOWS = ("joint-follows-asked", "joint-follows-parts", "provider-follows-told", "op-follows-two")
JOIN = ActForm(
    "joint-register", "joint-register-verb", _FOLLOWS,
    (FieldSpec("provider", "joint-name", "op-wrong-id", "op-hint-id"), *_TERMS), _joined,
)  # fmt: skip
CHANGE = ActForm("joint-change", "provider-change-verb", _FOLLOWS, _TERMS, _joined)
