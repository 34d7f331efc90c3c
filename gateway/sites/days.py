"""Days judged one after another, each by its past and by what stands: whole numbers, no database. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from gateway.sites.figures import Figures
from risk_monitor.baselines import Bands, Flags, bands, median
from risk_monitor.site_findings import Day, Finding, Key, left_out, step
from risk_monitor.site_names import SERIES, SeriesName
from risk_monitor.site_rules import LEVEL_DAYS, QUORUM_PERCENT, RULES, WINDOW_DAYS

BY_FIRM: SeriesName = "opinion"  # the one series that does not come with the figures of traffic


@dataclass
class Stand:
    """What is known of findings: those that stand, those that ended, and those that changed on the days judged."""

    standing: dict[Key, Finding] = field(default_factory=dict)
    ended: dict[Key, list[Finding]] = field(default_factory=dict)

    def of(self, key: Key) -> list[Finding]:
        """Return the findings of one kind of one series of one site."""
        now = self.standing.get(key)
        return [*self.ended.get(key, ()), *([now] if now else [])]

    def take(self, changed: Mapping[Key, Finding]) -> None:
        """Take in what a day changed."""
        for key, found in changed.items():
            if found.ended is None:
                self.standing[key] = found
            else:
                self.standing.pop(key, None)
                self.ended.setdefault(key, []).append(found)


@dataclass(frozen=True)
class Judged:
    """A day: how many had figures of traffic, whether the feed was silent, which findings changed, how many of them
    opened, how many stand after it.
    """

    day: date
    reported: int
    silent: bool
    changed: Mapping[Key, Finding]
    opened: int
    standing: int

    @property
    def ended(self) -> int:
        """How many ended."""
        return sum(one.ended is not None for one in self.changed.values())


def spoken(figures: Figures) -> Flags:
    """Return on which days the feed of traffic spoke: of at least half as many sites as usual in 28 days."""
    reported = figures.given["traffic"].sum(axis=0, dtype=np.int64)
    spoke = np.zeros(figures.days, np.bool_)
    for at in range(figures.days):
        past = reported[None, max(0, at + 1 - LEVEL_DAYS) : at + 1]
        usual, _ = median(past, past > 0)
        spoke[at] = reported[at] > 0 and reported[at] * 100 >= usual[0] * QUORUM_PERCENT
    return spoke


def bands_of(figures: Figures, stand: Stand, name: SeriesName, at: int) -> Bands:
    """Return the bands of the day in column `at`, without the days of findings before."""
    first = max(0, at - WINDOW_DAYS)
    past = figures.given[name][:, first:at].copy()
    begins = figures.first + timedelta(days=first)
    for row, series, kind in {*stand.standing, *stand.ended}:
        if series == name:
            left_out(past, begins, row, stand.of((row, series, kind)))
    weekday = (figures.first + timedelta(days=at)).weekday()
    return bands(figures.values[name][:, first:at], past, weekday, RULES[name])


def judge_days(figures: Figures, stand: Stand, days: Sequence[date]) -> Iterator[Judged]:
    """Judge days, rising; `stand` is what stood before the first of them, and takes in what each changes."""
    spoke = spoken(figures)
    for day in days:
        at = (day - figures.first).days
        first, changed = max(0, at - WINDOW_DAYS), dict[Key, Finding]()
        for name in SERIES:
            values, given = figures.values[name][:, first : at + 1], figures.given[name][:, first : at + 1]
            said = np.ones(at + 1 - first, np.bool_) if name == BY_FIRM else spoke[first : at + 1]
            one = Day(day, values, given, said, bands_of(figures, stand, name, at))
            changed |= step(name, RULES[name], one, stand.standing)
        opened = len(changed.keys() - stand.standing.keys())
        stand.take(changed)
        reported = int(figures.given["traffic"][:, at].sum())
        yield Judged(day, reported, not spoke[at], changed, opened, len(stand.standing))
