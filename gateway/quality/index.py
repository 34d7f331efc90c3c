"""The arithmetic of scores: shares per feed, and one index per agency to rank by. Pure; None is 无法计算, never 0."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

# What the index is made of, in parts of a hundred; a part that cannot be computed leaves its weight to the others.
WEIGHTS = {"timeliness": 30, "completeness": 30, "soundness": 25, "resolved": 15}


@dataclass(frozen=True)
class Feed:
    """One dataset of one agency, over the window; shares are 0 to 1, None where there was nothing to compute from."""

    agency: str
    dataset: str
    promise_days: int
    last_received: datetime | None
    deliveries: int
    rows: int
    rejected: int
    records: int
    unresolved: int
    timeliness: Decimal | None
    silent: bool
    completeness: Decimal | None = None
    drifts: int = 0
    held: int = 0
    open_rows: int = 0
    open_batches: int = 0

    @property
    def error_rate(self) -> Decimal | None:
        """Refused rows of all rows."""
        return share(self.rejected, self.rows)

    @property
    def unresolved_share(self) -> Decimal | None:
        """New records whose subject is not known, of all new records."""
        return share(self.unresolved, self.records)


@dataclass(frozen=True)
class Score:
    """An agency: its feeds together. A feed that never came is counted neither for nor against it."""

    agency: str
    feeds: Sequence[Feed]

    @property
    def timeliness(self) -> Decimal | None:
        """The mean share of time in which its feeds were as fresh as promised."""
        return mean(feed.timeliness for feed in self.feeds)

    @property
    def completeness(self) -> Decimal | None:
        """The mean share of filled fields."""
        return mean(feed.completeness for feed in self.feeds)

    @property
    def error_rate(self) -> Decimal | None:
        """Refused rows of all rows."""
        return share(self.total("rejected"), self.total("rows"))

    @property
    def unresolved_share(self) -> Decimal | None:
        """New records whose subject is not known, of all new records."""
        return share(self.total("unresolved"), self.total("records"))

    @property
    def silent(self) -> int:
        """How many of its feeds are silent."""
        return sum(feed.silent for feed in self.feeds)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to say of it: no index, nothing held, nothing to be corrected."""
        return self.index is None and not (self.silent or self.total("held") or self.total("open_rows"))

    def total(self, name: str) -> int:
        """Return the sum of a count over its feeds."""
        return sum(int(getattr(feed, name)) for feed in self.feeds)

    @property
    def index(self) -> Decimal | None:
        """0 to 100, of what can be computed."""
        parts = {
            "timeliness": self.timeliness,
            "completeness": self.completeness,
            "soundness": None if self.error_rate is None else 1 - self.error_rate,
            "resolved": None if self.unresolved_share is None else 1 - self.unresolved_share,
        }
        known = {name: part for name, part in parts.items() if part is not None}
        weight = sum(WEIGHTS[name] for name in known)
        if not weight:
            return None
        total = sum((WEIGHTS[name] * part for name, part in known.items()), Decimal(0))
        return (100 * total / weight).quantize(Decimal("0.1"))


def ranked(scores: Iterable[Score]) -> list[Score]:
    """Return the best first; those without an index last, by name."""
    return sorted(scores, key=lambda score: (score.index is None, -(score.index or 0), score.agency))


def share(part: int, whole: int) -> Decimal | None:
    """Return part of whole, None where there is no whole."""
    return Decimal(part) / whole if whole else None


def mean(values: Iterable[Decimal | None]) -> Decimal | None:
    """Return the mean of what is known, None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) / len(known) if known else None
