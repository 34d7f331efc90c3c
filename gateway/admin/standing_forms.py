"""The dialogs that suspend, resume and close: which was asked for, why, and that what is final is known to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from gateway.console.form import Form
from gateway.console.forms import is_sure
from gateway.console.words import Words

Change = Literal["suspend", "resume", "close"]
CHANGES = frozenset({"suspend", "resume", "close"})
SHORTEST, LONGEST = 2, 200


@dataclass(frozen=True)
class StandingAsked:
    """What was asked for, and why."""

    change: Change
    reason: str


def read_standing(typed: Mapping[str, str], words: Words) -> StandingAsked | Form:
    """Return what was asked for, or the form with what is wrong with it."""
    change, reason = typed.get("change", ""), typed.get("reason", "").strip()
    if change not in CHANGES:
        return Form(typed, {"": words("op-wrong-form")})
    if not SHORTEST <= len(reason) <= LONGEST:
        return Form(typed, {"": words("op-wrong-reason")})
    if change == "close" and not is_sure(typed):
        return Form(typed, {"": words("sure-needed")})
    return StandingAsked(cast("Change", change), reason)
