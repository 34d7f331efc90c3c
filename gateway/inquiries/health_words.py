"""A health check's lines in words, the most urgent first. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.console.chart import Chart, Series
from gateway.console.words import NOTHING, Words
from gateway.inquiries.shown import Tone
from scoring_adapter.health import FRESHNESSES, STATUSES, TRENDS, windows_of
from scoring_adapter.health_rules import load_rules

TONES: Mapping[str, Tone] = {
    "warning": "bad", "attention": "warn", "sound": "ok", "clear": "ok", "unscored": "quiet", "unknown": "quiet",
    "withheld": "quiet", "fresh": "ok", "partly": "warn", "stale": "warn", "never": "quiet",
}  # fmt: skip
assert TONES.keys() == {*STATUSES, *FRESHNESSES}  # noqa: S101 - each has its tone


@dataclass(frozen=True)
class Line:
    """A category of data: how it stands, what is held, how new, where it goes; None of what is not told."""

    category: str
    name: str
    status: str
    tone: Tone
    told: str
    held: int | None
    objected: int | None
    latest: str
    trend: str
    freshness: str
    fresh_tone: Tone
    delivered: str


@dataclass(frozen=True)
class Health:
    """A health check as it is shown: in a sentence, its lines, and how its records lie in time, where that is told."""

    finding: str
    lines: Sequence[Line]
    timeline: Chart | None


def health_of(statement: Mapping[str, Any], words: Words) -> Health | None:
    """Lay the lines of an answer out in the visitor's language; None of an answer without."""
    told = statement.get("health")
    if not told:
        return None
    ordered = sorted(told, key=lambda one: STATUSES.index(one["status"]))
    many = {status: sum(one["status"] == status for one in told) for status in STATUSES}
    finding = words(
        "health-finding", of=len(told), warning=many["warning"], attention=many["attention"], unknown=many["unknown"]
    )
    return Health(finding, [_line(one, words) for one in ordered], _timeline(statement, words))


def windows_told(statement: Mapping[str, Any]) -> list[tuple[date, int | None]]:
    """Return the last day of each window with the records of all categories; None where not every one may be told.

    Nothing where the answer tells no counts, or was made by other rules than are known here.
    """
    lines, rules = statement.get("health", ()), load_rules()
    sheet = statement.get("sheet", {})
    if (
        not lines
        or "windows" not in lines[0]
        or (sheet.get("name"), sheet.get("version")) != (rules.name, rules.version)
    ):
        return []
    ends = [one.ends for one in windows_of(rules, date.fromisoformat(statement["basis"]["as_of"]))]
    columns = zip(*(one["windows"] for one in lines), strict=True)
    return [
        (end, None if None in column else sum(column)) for end, column in zip(ends, columns, strict=True)
    ]  # fmt: skip


def _line(one: Mapping[str, Any], words: Words) -> Line:
    delivered = one["delivered"]
    return Line(
        one["category"], one["name"][words.language], one["status"], TONES[one["status"]],
        words(f"health-status-{one['status']}"), one.get("held"), one.get("objected"),
        words.day(one["latest"]) if one.get("latest") else NOTHING, words(f"health-trend-{one['trend']}"),
        words(f"health-fresh-{one['freshness']}"), TONES[one["freshness"]],
        words.day(delivered) if delivered else NOTHING,
    )  # fmt: skip


def _timeline(statement: Mapping[str, Any], words: Words) -> Chart | None:
    windows = windows_told(statement)
    counted = [many for _, many in windows if many is not None]
    if not sum(counted):
        return None
    return Chart(
        "timeline", "bar", words.count("health-timeline-finding", sum(counted)),
        [words.day(end) for end, _ in windows], [Series(words("health-held"), [many for _, many in windows])],
    )  # fmt: skip


WORDED = {"health-status": STATUSES, "health-trend": TRENDS, "health-fresh": FRESHNESSES}
