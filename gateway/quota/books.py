"""What is left, and whether it is enough: rooms under limits, grants, overdraft, and what a charge takes. Pure.

Books hold the counters of one or many charges as they were read under their locks. What one member of a group takes is
gone for those after it, so that a group decides as its members would one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from uuid import UUID

from gateway.quota.products import FIRST_COSTS

OVERDRAFT = 101  # the threshold of the first unit beyond a soft limit
DEMANDED = ("account", "institution")  # who has no limit at all may ask nothing
_PREFIXES = {"account": "acct", "institution": "inst", "platform": "platform", "consent": "consent"}


@dataclass(frozen=True)
class Charge:
    """What an inquiry costs whom, in whole units; who asks it on their behalf, the person it is asked for, and the
    consents that may permit it.
    """

    inquiry_id: UUID
    account: str
    institution: str
    product: str
    units: int
    intermediary: str | None = None
    person: str | None = None
    consents: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Held:
    """Units that are held for an inquiry, and the day they are held on: that is what it is charged, whatever its
    product costs by then.
    """

    day: date
    units: int


@dataclass(frozen=True)
class Key:
    """Which counter: of whom, for which product ("*": any), in which unit, of which period, from which day on."""

    scope: str
    scope_id: str
    product: str
    unit: str
    period: str
    starts: date


@dataclass(frozen=True)
class Grant:
    """Units given on top of a holder's limits, as they are left."""

    grant_id: UUID
    scope: str
    scope_id: str
    product: str
    left: int
    priority: int
    until: datetime


@dataclass(frozen=True)
class Room:
    """One counter as it stands: units used (those of them that grants covered) and reserved, its limit (None: none in
    force), what may be overdrawn (per cent), what grants would still cover, its end and the seconds to it (None: it
    never ends).
    """

    key: Key
    used: int
    reserved: int
    most: int | None
    resets_at: datetime | None
    resets_in: int | None
    covered: int = 0
    overdraft_pct: int = 0
    alerts: tuple[int, ...] = ()
    granted: int = 0

    @property
    def policy(self) -> str:
        """Its name in header fields and problems."""
        parts = [_PREFIXES[self.key.scope], self.key.period]
        parts += [self.key.product.replace("_", "-")] if self.key.product != "*" else []
        parts += ["inquiries"] if self.key.unit == "inquiry" else []
        return "-".join(parts)

    @property
    def left(self) -> int:
        """What the limit itself leaves, with what grants cover; never less than nothing."""
        return max(0, self.free + self.granted)

    @property
    def free(self) -> int:
        """What the limit leaves before grants and overdraft; less than nothing where it is overdrawn or was lowered."""
        return (self.most or 0) + self.covered - self.used - self.reserved

    def amount(self, units: int) -> int:
        """Return what a charge of so many units is here."""
        return 1 if self.key.unit == "inquiry" else units

    def overflow(self, units: int) -> int:
        """Return how much of a charge the limit alone has no room for."""
        amount = self.amount(units)
        return min(amount, max(0, amount - self.free))

    def admits(self, units: int) -> bool:
        """Tell whether a charge fits: within the limit, then what grants cover, then what may be overdrawn."""
        if self.most is None:
            return True
        return self.amount(units) <= self.free + self.granted + self.most * self.overdraft_pct // 100


@dataclass(frozen=True)
class Exceeded:
    """Which policies leave no room; when, and in how many seconds, the last of them begins anew (None: it never does);
    no plan, no room.
    """

    policies: tuple[str, ...]
    resets_at: datetime | None
    retry_after: int | None
    planned: bool

    def begins_anew(self) -> str | None:
        """Return when, as answers name it (RFC 3339)."""
        return self.resets_at.astimezone(UTC).isoformat() if self.resets_at else None


def find_exceeded(rooms: Sequence[Room], units: int) -> Exceeded | None:
    """Return which policies leave no room for so many units, None where all do."""
    limited = {room.key.scope for room in rooms if room.most is not None}
    if not limited.issuperset(DEMANDED):
        return Exceeded((), None, None, planned=False)
    full = [room for room in rooms if not room.admits(units)]
    if not full:
        return None
    names = tuple(room.policy for room in full)
    ends = [(room.resets_at, room.resets_in) for room in full if room.resets_at is not None]
    resets_at, retry_after = max(ends) if len(ends) == len(full) else (None, None)
    return Exceeded(names, resets_at, retry_after, planned=True)


def remaining(rooms: Sequence[Room]) -> int:
    """Return the units that all limits leave together, grants among them; nothing where nothing may be asked."""
    unplanned = find_exceeded(rooms, 0)
    return 0 if unplanned and not unplanned.planned else min(room.left for room in rooms if room.most is not None)


@dataclass(frozen=True)
class Taken:
    """What a charge took: of each counter (units, and those that grants covered), of which grants, how much of it is
    overdraft, and which thresholds it reached (with what is used and the limit).
    """

    charge: Charge
    consent: UUID | None
    counters: Mapping[Key, tuple[int, int]]
    burns: Mapping[UUID, int]
    overdraft: int
    reached: Sequence[tuple[Key, int, int, int]]

    def waived(self) -> "Taken":
        """Return the same, charged with nothing: what is given free of charge has its entry all the same."""
        return replace(self, charge=replace(self.charge, units=0), counters={}, burns={}, overdraft=0, reached=())

    def given_back(self, rooms: Sequence[Room]) -> list[Room]:
        """Return the rooms it left, as they were before it took anything of them."""
        return [
            replace(room, used=room.used - amount, covered=room.covered - covered, granted=room.granted + covered)
            for room in rooms for amount, covered in [self.counters.get(room.key, (0, 0))]
        ]  # fmt: skip


@dataclass
class Books:
    """Rooms and grants by holder, and what products cost, as they were read; `take` changes them."""

    day: date
    rooms: dict[Key, Room]
    grants: dict[UUID, Grant]
    costs: Mapping[str, int] = field(default_factory=lambda: FIRST_COSTS)
    _keys: dict[tuple[str, str | None], list[Key]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Note whose which counters are: a group's books hold those of many."""
        for room in sorted(self.rooms.values(), key=lambda room: room.policy):
            self._keys.setdefault((room.key.scope, room.key.scope_id), []).append(room.key)

    def priced(self, charge: Charge) -> Charge:
        """Return a charge at what its product costs."""
        return replace(charge, units=self.costs[charge.product])

    def rooms_of(self, charge: Charge, consent: UUID | None = None) -> list[Room]:
        """Return the rooms a charge needs, accounts first and short periods before long ones; those of a consent where
        it is the one asked on.
        """
        holders = {
            "account": charge.account,
            "consent": str(consent) if consent else None,
            "institution": charge.institution,
            "platform": "",
        }  # fmt: skip - in the order of their policies' names
        return [
            self._with_grants(self.rooms[key], charge)
            for holder in holders.items()
            for key in self._keys.get(holder, ())
            if key.product in {"*", charge.product}
        ]

    def take(self, charge: Charge, consent: UUID | None = None) -> Taken:
        """Take what was found to fit."""
        rooms = self.rooms_of(charge, consent)
        burns: dict[UUID, int] = {}
        counters: dict[Key, tuple[int, int]] = {}
        reached: list[tuple[Key, int, int, int]] = []
        overdraft = 0
        burnt = {scope: self._burn(scope, rooms, charge, burns) for scope in {room.key.scope for room in rooms}}
        for room in rooms:
            amount, over = room.amount(charge.units), room.overflow(charge.units) if room.most is not None else 0
            covered = min(over, burnt[room.key.scope]) if room.key.unit == "unit" else 0
            counters[room.key] = (amount, covered)
            after = replace(room, used=room.used + amount, covered=room.covered + covered, granted=0)
            self.rooms[room.key] = after
            overdraft = max(overdraft, over - covered)
            reached += [(room.key, one, after.used, after.most or 0) for one in _reached(room, after, over - covered)]
        return Taken(charge, consent, counters, burns, overdraft, reached)

    def _usable(self, scope: str, scope_id: str, product: str) -> list[Grant]:
        found = [
            one
            for one in self.grants.values()
            if (one.scope, one.scope_id) == (scope, scope_id) and one.product in {"*", product} and one.left > 0
        ]
        return sorted(found, key=lambda one: (one.priority, one.until, one.grant_id))

    def _with_grants(self, room: Room, charge: Charge) -> Room:
        if not self.grants or room.key.unit != "unit":
            return room
        usable = self._usable(room.key.scope, room.key.scope_id, charge.product)
        return replace(room, granted=sum(one.left for one in usable))

    def _burn(self, scope: str, rooms: Sequence[Room], charge: Charge, burns: dict[UUID, int]) -> int:
        """Burn what the limits of one holder have no room for, as far as its grants go; return how much that was."""
        own = [room for room in rooms if room.key.scope == scope and room.most is not None and room.key.unit == "unit"]
        needed = max((room.overflow(charge.units) for room in own), default=0)
        burnt = 0
        for grant in self._usable(scope, own[0].key.scope_id, charge.product) if needed else ():
            units = min(grant.left, needed - burnt)
            if units:
                burns[grant.grant_id] = units
                self.grants[grant.grant_id] = replace(grant, left=grant.left - units)
                burnt += units
        return burnt


def _reached(before: Room, after: Room, overdrawn: int) -> list[int]:
    """Return the thresholds of a limit that a charge reached: shares of it, and the first unit beyond it."""
    if not before.most:
        return []
    shares = [one for one in before.alerts if before.used * 100 < one * before.most <= after.used * 100]
    return [*shares, *([OVERDRAFT] if overdrawn else [])]
