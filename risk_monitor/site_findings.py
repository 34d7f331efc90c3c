"""How a day out of the ordinary becomes a finding, which stays and ends: one for what belongs together. Pure.

1. A finding opens with the bands of its first day and keeps them: what lasts does not become ordinary by lasting.
2. It ends after three ordinary days in a row (the day after the last that was out of the ordinary).
3. A spike that has lasted 28 days is what is usual now, and ends as such; a silence stays until it is over.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from risk_monitor.baselines import Bands, Flags, Numbers
from risk_monitor.site_names import KINDS, FindingKind, SeriesName
from risk_monitor.site_rules import COOL_DAYS, NORMAL_DAYS, UNREPORTED_DAYS, SiteRule

Key = tuple[int, SeriesName, FindingKind]  # the row of a site, a series, a kind


@dataclass(frozen=True)
class Finding:
    """Days of one series that were out of the ordinary in one way: since when, the last of them, the figure farthest
    out, and the band it is held against. `ended` is the first day that was ordinary again; `usual` says that a spike
    became what is usual.
    """

    since: date
    seen_on: date
    value: int
    expected: int
    low: int
    high: int
    ended: date | None = None
    usual: bool = False


@dataclass(frozen=True)
class Day:
    """The figures of one series up to the day that is judged, in the last column, a row per site; and their bands.

    `spoke` tells of each column whether the feed spoke on that day: where it was silent itself, nothing is said by a
    figure that is missing or small.
    """

    day: date
    values: Numbers
    given: Flags
    spoke: Flags
    bands: Bands

    @property
    def judged(self) -> bool:
        """Whether a silence can be told on this day."""
        return bool(self.spoke[-1])


def step(name: SeriesName, rule: SiteRule, one: Day, standing: Mapping[Key, Finding]) -> dict[Key, Finding]:
    """Return what has become of one series' findings on a day: those that opened, went on or ended.

    `standing` are the findings that have not ended.
    """
    changed: dict[Key, Finding] = {}
    held = {key for key in standing if key[1] == name}
    for key in held:
        found = _gone_on(key, one, standing[key])
        if found is not standing[key]:
            changed[key] = found
    for row, kind in _out_of_the_ordinary(rule, one):
        key = (row, name, kind)
        if key not in held:
            changed[key] = _opened(row, kind, one)
    return changed


def _gone_on(key: Key, one: Day, found: Finding) -> Finding:
    row, _, kind = key
    if _still(row, kind, one, found):
        value = int(one.values[row, -1])
        farthest = max(value, found.value) if kind == "spike" else min(value, found.value)
        found = replace(found, seen_on=one.day, value=farthest)
        if kind == "spike" and (one.day - found.since).days >= NORMAL_DAYS:
            return replace(found, ended=one.day, usual=True)
        return found
    over = one.given[row, -1] and (one.judged or kind == "spike")
    if over and one.day - found.seen_on >= timedelta(days=COOL_DAYS):
        return replace(found, ended=found.seen_on + timedelta(days=1))
    return found


def _still(row: int, kind: FindingKind, one: Day, found: Finding) -> bool:
    given, value = one.given[row, -1], one.values[row, -1]
    if kind == "unreported":
        return bool(one.judged and not given)
    if kind == "spike":
        return bool(given and value > found.high)
    return bool(one.judged and given and value < found.low)


def _out_of_the_ordinary(rule: SiteRule, one: Day) -> Iterator[tuple[int, FindingKind]]:
    values, given, known = one.values[:, -1], one.given[:, -1], one.bands.known
    ways: Mapping[FindingKind, Flags] = {
        "spike": given & known & (values > one.bands.high),
        "fall": given & known & (values < one.bands.low) & one.judged,
        "unreported": known & _unreported(one) & (rule.reported and one.judged),
    }
    for kind in KINDS:
        for row in np.flatnonzero(ways[kind]).tolist():
            yield row, kind


def _unreported(one: Day) -> Flags:
    """Return who has had no figure on so many days on which others had theirs."""
    spoken = np.flatnonzero(one.spoke)[-UNREPORTED_DAYS:]
    if len(spoken) < UNREPORTED_DAYS:
        return np.zeros(len(one.given), np.bool_)
    reported = one.given[:, spoken].sum(axis=1)
    missing: Flags = reported == 0
    return missing


def _opened(row: int, kind: FindingKind, one: Day) -> Finding:
    since, bands = one.day, one.bands
    if kind == "unreported":  # the first of those days
        spoken = np.flatnonzero(one.spoke)[-UNREPORTED_DAYS:]
        since -= timedelta(days=one.values.shape[1] - 1 - int(spoken[0]))
    value = 0 if kind == "unreported" else int(one.values[row, -1])
    return Finding(since, one.day, value, int(bands.expected[row]), int(bands.low[row]), int(bands.high[row]))


def left_out(given: Flags, first: date, row: int, findings: Sequence[Finding]) -> None:
    """Take the days of findings out of a row's past, in place, but those of a spike that is usual now.

    `first` is the day of the first column.
    """
    for found in findings:
        if not found.usual:
            begin = max((found.since - first).days, 0)
            end = given.shape[1] if found.ended is None else max((found.ended - first).days, 0)
            given[row, begin:end] = False
