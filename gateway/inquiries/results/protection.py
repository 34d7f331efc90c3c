"""Which figures may be told to others than the institution itself: none that could tell of a single enterprise. Pure.

A line about fewer than FEWEST enterprises has no figures at all; of another, what a count of fewer than FEWEST would
tell is left out with whatever it could be worked out from. One hidden line beside a total is worked out by taking the
others off: then the smallest of those that are told is hidden too, until no more can be.
"""

from collections.abc import Sequence
from typing import Any

FEWEST = 5
OUTCOMES = ("granted", "refused", "admission_rate", "first_time", "amount", "balance", "defaults_told", "defaulted",
            "default_rate")  # fmt: skip
_OF_GRANTED = {"first_time": ("first_time",), "defaulted": ("defaulted", "default_rate", "defaults_told")}
COUNTS = ("answers", "enterprises", "reported")


def protected(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return lines, which are shown beside their total, with what may not be told as None."""
    whole = _hidden(lines, [one["enterprises"] for one in lines], [_is_few(one["enterprises"]) for one in lines])
    outcomes = _hidden(
        lines, [one["reported"] for one in lines],
        [hide or _is_few(one["granted"]) or _is_few(one["refused"]) for hide, one in zip(whole, lines, strict=True)],
    )  # fmt: skip
    shown = []
    for one, all_of_it, of_outcomes in zip(lines, whole, outcomes, strict=True):
        gone = {*COUNTS, *OUTCOMES} if all_of_it else set(OUTCOMES) if of_outcomes else set()
        shown.append({name: None if name in gone else value for name, value in one.items()})
    for name, with_it in _OF_GRANTED.items():
        few = [_is_few(one[name]) or _is_few(one["granted"] - one[name]) for one in lines]
        hidden = _hidden(lines, [one["granted"] for one in lines], few)
        shown = [{**one, **(dict.fromkeys(with_it) if hide else {})} for one, hide in zip(shown, hidden, strict=True)]
    return shown


def protected_total(total: dict[str, Any]) -> dict[str, Any]:
    """Return a total with what may not be told as None."""
    return protected([total])[0]


def protected_under(total: dict[str, Any], lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return lines that make up a line which is protected already: what that does not tell, none of them does."""
    untold = {name for name in (*COUNTS, *OUTCOMES) if total[name] is None}
    return [{name: None if name in untold else value for name, value in one.items()} for one in protected(lines)]


def _is_few(count: int) -> bool:
    return 0 < count < FEWEST


def _hidden(lines: Sequence[dict[str, Any]], sizes: Sequence[int], few: Sequence[bool]) -> list[bool]:
    """Return which lines are hidden: those with few, and as many besides as keep them from being worked out."""
    hidden = list(few)
    if len(lines) == 1:
        return hidden
    told = sorted(
        (place for place in range(len(lines)) if not hidden[place] and sizes[place]), key=lambda at: sizes[at]
    )
    while any(hidden) and told and (
        sum(hidden) < 2 or sum(size for size, hide in zip(sizes, hidden, strict=True) if hide) < FEWEST
    ):  # fmt: skip
        hidden[told.pop(0)] = True
    return hidden
