"""Life of a record: which acts are possible, what each leaves behind, and what may be shown when. Pure.

Acts follow each other per business key. Withdrawing, repairing and upholding an objection hide the record from every
outward answer; history keeps it. A newer version with other content brings a withdrawn or annulled record back, for the
agency says it anew; the very same bytes are a duplicate and bring nothing back. A repair and an objection outlive newer
versions, for they are about the matter and not about its spelling: a nightly list cannot undo them, only an act can.
A full list ends the current records that it does not name, and brings back those it had ended and names again.

Two times are kept apart: `effective_on` and the event's date say when something holds, `recorded_at` when it was known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from connectors.errors import ConnectorError
from connectors.model.calendar import day_of


class ActKind(StrEnum):
    """What can be done with a record."""

    WITHDRAW = "withdraw"
    REINSTATE = "reinstate"
    REPAIR = "repair"  # 信用修复
    OBJECT = "object"  # 异议
    UPHOLD = "uphold"  # the objection was right, the record wrong
    REJECT = "reject"  # the objection was wrong, the record stands
    END = "end"  # a full list does not name it any more
    RETURN = "return"  # a list names it again, or its agency takes the ending of a whole list back


class State(StrEnum):
    """What acts have made of a key; `annulled` is a record found wrong."""

    CURRENT = "current"
    OBJECTED = "objected"
    WITHDRAWN = "withdrawn"
    REPAIRED = "repaired"
    ANNULLED = "annulled"
    ENDED = "ended"


Status = State | Literal["superseded", "unresolved", "expired", "not_yet"]
Role = Literal["agency", "signatory", "operator", "list"]  # a list acts for its agency, on many records at once
# Every act that is not here is refused.
TRANSITIONS: Mapping[tuple[State, ActKind], State] = {
    (State.CURRENT, ActKind.WITHDRAW): State.WITHDRAWN,
    (State.CURRENT, ActKind.REPAIR): State.REPAIRED,
    (State.CURRENT, ActKind.OBJECT): State.OBJECTED,
    (State.OBJECTED, ActKind.WITHDRAW): State.WITHDRAWN,
    (State.OBJECTED, ActKind.REPAIR): State.REPAIRED,
    (State.OBJECTED, ActKind.UPHOLD): State.ANNULLED,
    (State.OBJECTED, ActKind.REJECT): State.CURRENT,
    (State.WITHDRAWN, ActKind.REINSTATE): State.CURRENT,
    (State.REPAIRED, ActKind.REINSTATE): State.CURRENT,
    (State.ANNULLED, ActKind.REINSTATE): State.CURRENT,
    (State.CURRENT, ActKind.END): State.ENDED,
    (State.ENDED, ActKind.REINSTATE): State.CURRENT,
    (State.ENDED, ActKind.RETURN): State.CURRENT,
}
ALLOWED: Mapping[ActKind, frozenset[Role]] = {
    ActKind.WITHDRAW: frozenset({"agency"}),
    ActKind.REINSTATE: frozenset({"agency"}),
    ActKind.REPAIR: frozenset({"agency", "operator"}),
    ActKind.OBJECT: frozenset({"agency", "signatory"}),
    ActKind.UPHOLD: frozenset({"agency"}),
    ActKind.REJECT: frozenset({"agency"}),
    ActKind.END: frozenset({"list"}),
    ActKind.RETURN: frozenset({"list"}),
}
HIDDEN = frozenset({State.WITHDRAWN, State.REPAIRED, State.ANNULLED, State.ENDED})
LASTING = frozenset({State.REPAIRED, State.OBJECTED})


class ActError(ConnectorError):
    """The act is not possible; `reason` says why, as the gateway's errors do."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True)
class PastAct:
    """An act that was done."""

    number: int
    version: int
    state: State
    hides: bool
    lasting: bool
    effective_on: date
    recorded_at: datetime


@dataclass(frozen=True)
class Version:
    """What of a version matters to whether it may be shown."""

    version: int
    resolved: bool
    event_date: date | None
    publish_until: date | None
    recorded_at: datetime
    superseded_at: datetime | None
    known_since: datetime | None = None  # when whose it is became known, where a name or an old code told


@dataclass(frozen=True)
class Ending:
    """What an act leaves: the state of the key, whether it hides the record, whether it outlives a newer version."""

    state: State
    hides: bool
    lasting: bool


def decide_act(
    kind: ActKind, role: Role, acts: Sequence[PastAct], version: int, effective_on: date, now: datetime, *, hide: bool
) -> Ending:
    """Return what an act on a key's current version leaves. Raises ActError.

    `hide` goes with an objection alone: an agency asks for it, or the law of the place does. A debtor cannot: whoever
    objects could hide what speaks against them.
    """
    if role not in ALLOWED[kind]:
        raise ActError("act-not-yours", f"此操作不属于您 {kind} is not yours to do")
    if effective_on > day_of(now):
        raise ActError("act-not-possible", "生效日期不能晚于今天 the effective date lies in the future")
    if acts and effective_on < acts[-1].effective_on:
        raise ActError(
            "act-not-possible", "生效日期早于上一项操作 it would take effect before the act that precedes it"
        )
    state = state_of(acts, version)
    left = TRANSITIONS.get((state, kind))
    if left is None:
        raise ActError("act-not-possible", f"当前状态 {state} 不允许此操作 a record that is {state} allows no {kind}")
    if kind is ActKind.UPHOLD and acts[-1].version < version:
        left = State.CURRENT  # the version that was objected to has been corrected: the correction stands
    hides = left in HIDDEN or (kind is ActKind.OBJECT and hide)
    return Ending(left, hides, left in LASTING)


def state_of(acts: Sequence[PastAct], version: int) -> State:
    """Return what the acts, in their order, have made of a version."""
    last = acts[-1] if acts else None
    return last.state if last is not None and _binds(last, version) else State.CURRENT


def status_of(seen: Version, acts: Sequence[PastAct], as_of: date, known_at: datetime | None = None) -> Status | None:
    """Return what a version is as of a day, as known at a moment (now where none is given); None: not known yet."""
    if known_at is not None and seen.recorded_at > known_at:
        return None
    if seen.superseded_at is not None and (known_at is None or seen.superseded_at <= known_at):
        return "superseded"
    state = state_of(_in_force(acts, as_of, known_at), seen.version)
    if state in HIDDEN:
        return state
    if seen.publish_until is not None and seen.publish_until < as_of:
        return "expired"
    if seen.event_date is not None and seen.event_date > as_of:
        return "not_yet"
    if state is State.OBJECTED:
        return state
    then = known_at is None or seen.known_since is None or seen.known_since <= known_at
    return State.CURRENT if seen.resolved and then else "unresolved"


def is_visible(seen: Version, acts: Sequence[PastAct], as_of: date, known_at: datetime | None = None) -> bool:
    """Tell whether a version may stand in an outward answer: what `record_visible` says in SQL."""
    status = status_of(seen, acts, as_of, known_at)
    last = next(reversed(_in_force(acts, as_of, known_at)), None)
    return status in {State.CURRENT, State.OBJECTED, "unresolved"} and not (
        last is not None and last.hides and _binds(last, seen.version)
    )


def _in_force(acts: Sequence[PastAct], as_of: date, known_at: datetime | None) -> list[PastAct]:
    return [a for a in acts if a.effective_on <= as_of and (known_at is None or a.recorded_at <= known_at)]


def _binds(act: PastAct, version: int) -> bool:
    return act.lasting or act.version >= version
