"""What would raise a score: what the enterprise can do, what passes by itself and by when, each with its points. Pure.

Of a family one event counts once, so a step changes the tags of one family together, and is worth what the score gains
by it: often less than the points that a tag lost. Each step is told as if nothing else changed.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from scoring_adapter.card import HIGHEST
from scoring_adapter.improving_rules import Deed, ImprovingRules, nothing_of
from scoring_adapter.score import COMPUTABLE, Finding, Score
from scoring_adapter.scorecard import Counted
from scoring_adapter.tags.bounds import months_before

How = Literal["act", "pass"]


@dataclass(frozen=True)
class Change:
    """A tag that becomes another value; what is done for it, None where it passes by itself."""

    counted: Counted
    before: int | None
    after: int | None
    deed: Deed | None = None


@dataclass(frozen=True)
class Step:
    """What would raise a score: which tags change, what the score is then, by when at the latest where time alone does
    it.
    """

    how: How
    changes: tuple[Change, ...]
    gain: int
    score: int
    by: date | None = None


@dataclass(frozen=True)
class Improvements:
    """The steps, the largest first, and what the score is when all of them are done."""

    steps: tuple[Step, ...] = ()
    together: int | None = None


def improve(result: Score, rules: ImprovingRules, as_of: date) -> Improvements:
    """Return what would raise a score; nothing where there is none."""
    if result.points is None:
        return Improvements()
    total = result.card.card.base + sum(finding.points or 0 for finding in result.findings)
    groups = _groups(result)
    found: list[tuple[Step, int]] = []
    for place, members in enumerate(groups):
        for how, changes, by in _offers(members, rules, as_of):
            raw = total + _worth(members, changes) - _worth(members, ())
            step = Step(how, tuple(changes), _clamped(raw) - result.points, _clamped(raw), by)
            if step.gain > 0:
                found.append((step, place))
    kept = _best(found, rules.most)
    if not kept:
        return Improvements()
    for place in {place for _, place in kept}:
        done = [change for step, at in kept if at == place for change in step.changes]
        total += _worth(groups[place], done) - _worth(groups[place], ())
    return Improvements(tuple(step for step, _ in kept), _clamped(total))


def _groups(result: Score) -> list[list[Finding]]:
    """Return the findings that could be computed, those of a family together."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in result.findings:
        if finding.value.status in COMPUTABLE:
            found[finding.counted.entry.family or f"{finding.counted.tag.id} alone"].append(finding)
    return list(found.values())


def _offers(
    members: Sequence[Finding], rules: ImprovingRules, as_of: date
) -> Iterator[tuple[How, list[Change], date | None]]:
    """Yield what may change in a family: by what is done, then by the end of each window that passes."""
    members = [one for one in members if not _is_best(one)]
    deeds = [_change(one, _aim(one, deed), deed) for one in members if (deed := rules.act.get(one.counted.tag.id))]
    if acted := [change for change in deeds if _brings(change)]:
        yield "act", acted, None
    ends: dict[date, list[Change]] = defaultdict(list)
    for one in members:
        tag = one.counted.tag
        if tag.id in rules.passes and tag.part.months:
            change = _change(one, nothing_of(tag))
            if _brings(change):
                ends[months_after(as_of, tag.part.months)].append(change)
        elif tag.id in rules.grow and one.value.value is not None:
            change = _change(one, _next(one.counted, one.value.value))
            if change.after is not None and _brings(change):
                ends[months_after(as_of, 12 * (change.after - one.value.value))].append(change)
    passed: list[Change] = []
    for end in sorted(ends):
        passed += ends[end]
        yield "pass", list(passed), end


def _best(found: Sequence[tuple[Step, int]], most: int) -> list[tuple[Step, int]]:
    """Return the largest steps, the one that comes soonest of those of a family that bring the same by time."""
    kept: dict[tuple[int, How], tuple[Step, int]] = {}
    for step, place in found:  # by time: the soonest first
        if (place, step.how) not in kept or step.gain > kept[place, step.how][0].gain:
            kept[place, step.how] = (step, place)
    ordered = sorted(kept.values(), key=lambda one: (-one[0].gain, one[0].how, one[0].changes[0].counted.tag.id))
    return ordered[:most]


def _is_best(finding: Finding) -> bool:
    counted = finding.counted
    brought = finding.points if not counted.entry.family else counted.points_of(finding.value.value)
    return brought == counted.best


def _change(finding: Finding, after: int | None, deed: Deed | None = None) -> Change:
    return Change(finding.counted, finding.value.value, after, deed)


def _brings(change: Change) -> bool:
    """Tell whether a change brings points to the tag itself."""
    counted = change.counted
    return counted.points_of(change.after) > counted.points_of(change.before)


def _aim(finding: Finding, deed: Deed) -> int | None:
    if deed.next:
        return _next(finding.counted, finding.value.value)
    return nothing_of(finding.counted.tag) if deed.to is None else deed.to


def _next(counted: Counted, value: int | None) -> int | None:
    """Return the nearest value that brings more points than one does; itself where none does."""
    now = counted.points_of(value)
    reachable = counted.levels.items() if counted.levels else zip(counted.bounds, counted.points[1:], strict=True)
    better = [(points, place) for place, points in reachable if points > now]
    return min(better)[1] if better else value


def _worth(members: Sequence[Finding], changes: Sequence[Change]) -> int:
    """Return what a family brings once these tags have changed: see score.py."""
    after = {change.counted.tag.id: change.after for change in changes}
    points = [
        one.counted.points_of(after.get(one.counted.tag.id, one.value.value)) for one in members
    ]  # fmt: skip
    lost = min(points)
    return lost if lost < 0 else max(points)


def _clamped(total: int) -> int:
    return max(0, min(HIGHEST, total))


def months_after(day: date, months: int) -> date:
    """Return the first day from which on nothing up to a day lies in a window of so many months."""
    found = months_before(day, -months)
    while months_before(found, months) < day:
        found += timedelta(days=1)
    return found
