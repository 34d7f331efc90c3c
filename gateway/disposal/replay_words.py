"""What a replay of a case found, in words: where the log, the rules and the row differ, of what, what each has."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from gateway.console.words import NOTHING, Words
from gateway.disposal.office_words import office_name
from gateway.disposal.replaying import Difference
from gateway.web.error_table import ERRORS
from risk_monitor.case_names import STEPS

_LABELS = {
    "asks": "case-differs-asks", "closed_at": "case-differs-closed", "confirmed_at": "case-confirmed",
    "due_on": "case-due", "ended": "case-outcome", "entry": "case-differs-entry", "erased": "case-erased",
    "event_id": "case-differs-last", "found_on": "case-found", "level": "risk-level", "number": "case-differs-number",
    "office": "case-office", "opened_at": "case-opened", "opened_by": "case-differs-opener", "points": "risk-points",
    "score": "risk-score", "state": "how-it-stands", "steps": "case-differs-steps", "subject": "risk-enterprise",
    "type": "risk-type", "version": "case-differs-version",
}  # fmt: skip
_MOMENTS = ("opened_at", "confirmed_at", "closed_at")
_PREFIXES = {"ended": "case-outcome", "level": "risk-level", "state": "case-state", "type": "risk-type"}


class Told(NamedTuple):
    """One difference in words: where, of what, what it is by the log, and what was found."""

    where: str
    what: str
    expected: str
    found: str


def differences_in_words(words: Words, found: Sequence[Difference]) -> list[Told]:
    """Return each difference in words."""
    return [
        Told(
            words("case-differs-row") if one.step is None else words("case-differs-step", number=one.step),
            words(f"case-step-{one.what}") if one.what in STEPS else words(_LABELS[one.what]),
            _value(words, one.what, one.expected), _value(words, one.what, one.found),
        )
        for one in found
    ]  # fmt: skip


def _value(words: Words, what: str, value: Any) -> str:  # noqa: ANN401 - whatever a row holds
    if value is None or value == "—":
        return NOTHING
    if what in _PREFIXES:
        return words(f"{_PREFIXES[what]}-{value}")
    ways: dict[str, Callable[[Any], str]] = {
        **{step: lambda wrong: words.half(ERRORS[f"case-step-{wrong}"].title) for step in STEPS},
        **{name: lambda told: words.exactly(datetime.fromisoformat(told)) for name in _MOMENTS},
        **{name: lambda told: words.day(date.fromisoformat(told)) for name in ("due_on", "found_on")},
        "asks": lambda asks: words(f"case-step-{asks['step']}"), "entry": lambda _: words("case-step-open"),
        "office": lambda code: office_name(words, code), "points": lambda points: ", ".join(sorted(points)),
    }  # fmt: skip
    return ways.get(what, str)(value) or NOTHING
