"""A consent's life: which change may follow which status, and who may make it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

LAPSES_AFTER = timedelta(hours=72)  # a request nobody answered
Status = Literal[
    "requested",
    "active",
    "rejected",
    "paused",
    "revoked",
    "lapsed",
    "expired",
    "exhausted",
    "superseded",
    "invalidated",
]
STATUSES: tuple[str, ...] = get_args(Status)
IN_FORCE = frozenset({"active", "paused"})  # approved, and nobody has ended it
OPEN = IN_FORCE | {"requested"}  # more may be gathered for it
_RUN_OUT = ("lapsed", "expired", "exhausted")  # by time, or by uses
_ENDS = frozenset({"active", "paused", "exhausted"})


@dataclass(frozen=True)
class Change:
    """From these statuses to that one, by these kinds of client."""

    before: frozenset[str]
    after: str
    by: frozenset[str]


CHANGES: Mapping[str, Change] = {
    "approve": Change(frozenset({"requested"}), "active", frozenset({"signatory"})),
    "approve-on-paper": Change(frozenset({"requested"}), "active", frozenset({"operator"})),
    "reject": Change(frozenset({"requested"}), "rejected", frozenset({"signatory"})),
    "pause": Change(frozenset({"active"}), "paused", frozenset({"signatory"})),
    "resume": Change(frozenset({"paused"}), "active", frozenset({"signatory"})),
    "revoke": Change(
        frozenset({"requested", "active", "paused", "exhausted"}), "revoked", frozenset({"signatory", "account"})
    ),
    "supersede": Change(_ENDS, "superseded", frozenset({"signatory"})),
    "invalidate": Change(_ENDS | {"requested"}, "invalidated", frozenset({"operator", "machine"})),
}


VERBS = {
    "approve": "approved", "approve-on-paper": "approved", "reject": "rejected", "pause": "paused",
    "resume": "resumed", "revoke": "revoked", "supersede": "superseded", "invalidate": "invalidated",
}  # fmt: skip
# Each makes a version: what is asked, changed, run out, and gathered.
EVENTS = frozenset(
    f"consent.{verb}"
    for verb in ("requested", *VERBS.values(), *_RUN_OUT, "evidenced", "separately_given", "separately_taken_back")
)


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


def status_at(
    status: str, now: datetime, *, changed_at: datetime, valid_until: datetime, uses: int, max_uses: int | None
) -> str:
    """Return how a stored version stands at a moment: time and uses end it, whether or not that was written down."""
    if status == "requested":
        return "lapsed" if now >= changed_at + LAPSES_AFTER else status
    if status not in IN_FORCE:
        return status
    if now >= valid_until:
        return "expired"
    return "exhausted" if max_uses is not None and uses >= max_uses else status


def status_after(approvals: int, required: int) -> str:
    """Return how a request stands once so many have approved it, of those it takes."""
    return "active" if approvals >= required else "requested"
