"""A consent's life: which change may follow which status, and who may make it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

LAPSES_AFTER = timedelta(hours=72)  # a request nobody answered
Status = Literal["requested", "active", "rejected", "paused", "revoked", "lapsed"]
STATUSES: tuple[str, ...] = get_args(Status)


@dataclass(frozen=True)
class Change:
    """From these statuses to that one, by these kinds of client."""

    before: frozenset[str]
    after: str
    by: frozenset[str]


CHANGES: Mapping[str, Change] = {
    "approve": Change(frozenset({"requested"}), "active", frozenset({"signatory"})),
    "reject": Change(frozenset({"requested"}), "rejected", frozenset({"signatory"})),
    "pause": Change(frozenset({"active"}), "paused", frozenset({"signatory"})),
    "resume": Change(frozenset({"paused"}), "active", frozenset({"signatory"})),
    "revoke": Change(frozenset({"requested", "active", "paused"}), "revoked", frozenset({"signatory", "account"})),
}


@dataclass(frozen=True)
class Unchanged:
    """The change is refused, or already made (`again`)."""

    reason: str
    again: bool = False


def decide_change(action: str, kind: str, status: str) -> str | Unchanged:
    """Return the status that follows. An institution can request and revoke, never approve or resume."""
    change = CHANGES[action]
    if kind not in change.by:
        return Unchanged("not-yours-to-decide")
    if status == change.after:
        return Unchanged("already", again=True)
    if status not in change.before:
        return Unchanged(f"unchangeable-{status}")
    return change.after
