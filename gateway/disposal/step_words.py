"""What a step of a case says besides its words, on a page."""

from collections.abc import Callable
from typing import Any

from gateway.console.words import Words
from gateway.disposal.history import Noted
from gateway.disposal.office_words import office_name


def details_in_words(words: Words, one: Noted) -> str:
    """Return what a step says besides its words: a day, an authority, an office, an outcome, a measure."""
    said = (one.says or {}).get("details", {})
    ways: dict[str, Callable[[Any], str]] = {
        "until": words.day, "to": lambda to: words(f"case-to-{to}"),
        "office": lambda code: office_name(words, code),
        "outcome": lambda outcome: words(f"case-outcome-{outcome}"),
        "measure": lambda measure: words(f"case-measure-{measure}"), "reference": str,
        "asked": lambda step: words(f"case-step-{step}"),
    }  # fmt: skip
    return words.listed(way(said[name]) for name, way in ways.items() if name in said)
