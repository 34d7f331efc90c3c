"""The health check: of each category of data how it stands, how many records there are, how new, and whether more or
fewer come. Pure.

How a category stands is told by the points that its tags bring by the card, each for itself: that one event counts once
is the score's affair. How many records there are is not looked at for that, and the other way round.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal

from scoring_adapter.health_rules import HealthRules, HealthSheet
from scoring_adapter.score import COMPUTABLE
from scoring_adapter.scorecard import Scorecard
from scoring_adapter.tags.bounds import months_before
from scoring_adapter.tags.value import Feed, TagValue

Status = Literal["warning", "attention", "sound", "clear", "unscored", "unknown", "withheld"]
Trend = Literal["rising", "falling", "steady", "few", "withheld"]
Freshness = Literal["fresh", "partly", "stale", "never", "withheld"]
STATUSES: tuple[Status, ...] = ("warning", "attention", "sound", "clear", "unscored", "unknown", "withheld")
TRENDS: tuple[Trend, ...] = ("rising", "falling", "steady", "few", "withheld")
FRESHNESSES: tuple[Freshness, ...] = ("fresh", "partly", "stale", "never", "withheld")


@dataclass(frozen=True)
class Standing:
    """How a category stands, and how many of its tags could be computed, out of how many."""

    status: Status
    computed: int
    of: int


@dataclass(frozen=True)
class Seen:
    """What may be looked at: these datasets (None: all), events from and to a day (None: open)."""

    datasets: frozenset[str] | None = None
    data_from: date | None = None
    data_to: date | None = None

    def reads(self, dataset: str) -> bool:
        """Tell whether a dataset may be looked at."""
        return self.datasets is None or dataset in self.datasets


@dataclass(frozen=True)
class Evidence:
    """What is held of an enterprise: dataset and day of each record that counts, how many are objected to by dataset,
    and when datasets came last.
    """

    events: Iterable[tuple[str, date | None]]
    objected: Mapping[str, int]
    feeds: Mapping[str, Feed]


@dataclass(frozen=True)
class Window:
    """Days from after `begins` to `ends`."""

    begins: date
    ends: date

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in it."""
        return self.begins < day <= self.ends

    def is_seen(self, seen: Seen) -> bool:
        """Tell whether every day of it may be looked at."""
        after = self.begins + timedelta(days=1)
        return (seen.data_from or after) <= after and self.ends <= (seen.data_to or self.ends)


def windows_of(rules: HealthRules, as_of: date) -> list[Window]:
    """Return the windows that are told, the oldest first; the last ends on the day."""
    ends = [months_before(as_of, rules.months * back) for back in range(rules.windows + 1)]
    return [Window(begins, end) for end, begins in pairwise(ends)][::-1]


def standings(sheet: HealthSheet, card: Scorecard, values: Mapping[str, TagValue]) -> Mapping[str, Standing]:
    """Return how each category stands by the tags' values."""
    counted = {one.tag.id: one for one in card.counted}
    found = {}
    for file in card.tags.files:
        statuses = [values[tag.id].status for tag in file.tags]
        computed = [tag.id for tag in file.tags if values[tag.id].status in COMPUTABLE]
        points = [counted[tag].points_of(values[tag].value) for tag in computed if tag in counted]
        status: Status
        if not computed:
            status = "withheld" if set(statuses) == {"withheld"} else "unknown"
        elif not points:
            status = "unscored"
        elif min(points) < 0:
            status = "warning" if min(points) <= -sheet.rules.warning else "attention"
        else:
            status = "sound" if max(points) > 0 else "clear"
        found[file.category] = Standing(status, len(computed), len(file.tags))
    return found


def lines_of(
    sheet: HealthSheet, standing: Mapping[str, Standing], evidence: Evidence, seen: Seen, as_of: date
) -> list[dict[str, Any]]:
    """Return a line for each category, in their order, as answers have it."""
    days: dict[str, list[date]] = {category: [] for category in sheet.categories}
    held, objected = Counter[str](), Counter[str]()
    for dataset, day in evidence.events:
        if placed := sheet.datasets.get(dataset):
            held[placed.category] += 1
            if day is not None:
                days[placed.category].append(day)
    for dataset, many in evidence.objected.items():
        if placed := sheet.datasets.get(dataset):
            objected[placed.category] += many
    windows = [(window, window.is_seen(seen)) for window in windows_of(sheet.rules, as_of)]
    lines = []
    for category, name in sheet.categories.items():
        one, own = standing[category], days[category]
        counts = [sum(map(window.holds, own)) if is_seen else None for window, is_seen in windows]
        read = [dataset for dataset in sheet.by_category[category] if seen.reads(dataset)]
        lines.append({
            "category": category, "name": {"zh": name.zh, "en": name.en}, "status": one.status,
            "computed": [one.computed, one.of], "held": held[category], "objected": objected[category],
            "latest": max(own).isoformat() if own else None, "windows": counts,
            "trend": trend_of(sheet.rules, counts) if read else "withheld", **_freshness(sheet, read, evidence, as_of),
        })  # fmt: skip
    return lines


def trend_of(rules: HealthRules, counts: Sequence[int | None]) -> Trend:
    """Return whether more or fewer records come, by the counts of the windows, the oldest first."""
    compared = counts[-2 * rules.compared :]
    told = [one for one in compared if one is not None]
    if len(told) < len(compared):
        return "withheld"
    earlier, later = sum(told[: rules.compared]), sum(told[rules.compared :])
    if earlier + later < rules.least:
        return "few"
    if later > earlier and later * 100 >= earlier * (100 + rules.change):
        return "rising"
    if earlier > later and earlier * 100 >= later * (100 + rules.change):
        return "falling"
    return "steady"


def _freshness(sheet: HealthSheet, read: Sequence[str], evidence: Evidence, as_of: date) -> dict[str, Any]:
    """Return when the datasets of a category came last, and whether as promised."""
    came = {name: feed.delivered for name in read if (feed := evidence.feeds.get(name)) and feed.delivered}
    late = [name for name, day in came.items() if (as_of - day).days > sheet.datasets[name].freshness_days]
    freshness: Freshness
    if not read:
        freshness = "withheld"
    elif not came:
        freshness = "never"
    else:
        freshness = "fresh" if not late else "stale" if len(late) == len(came) else "partly"
    return {
        "freshness": freshness, "delivered": max(came.values()).isoformat() if came else None,
        "datasets": [len(came), len(read)],
    }  # fmt: skip
