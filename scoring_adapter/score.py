"""A score from the embedded card: points, band, what stands behind them, and the reasons in words. Pure.

A tag that cannot be computed brings no points and is listed as such, never counted as 0. Where less is known in a
dimension than the card asks for, there is no score: the outcome is `insufficient-evidence`, with what is missing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from scoring_adapter.card import HIGHEST, Band
from scoring_adapter.scorecard import Counted, Scorecard
from scoring_adapter.shown import NO_LEVELS, Levels, phrase
from scoring_adapter.tags.value import TagValue

MOST_REASONS = 4
COMPUTABLE = frozenset({"computed", "none"})
Outcome = Literal["scored", "insufficient-evidence"]


@dataclass(frozen=True)
class Finding:
    """What one entry of the card came to: the tag's value, and the points it brought; None where not computable."""

    counted: Counted
    value: TagValue
    points: int | None


@dataclass(frozen=True)
class Missing:
    """A dimension of which too little is known: out of how many datasets, of how many the card asks for, and which else
    there are, with why nothing is known from them.
    """

    dimension: str
    known: int
    needed: int
    datasets: Mapping[str, str]


@dataclass(frozen=True)
class Score:
    """The result: points 0 to 1000 and the band, or what is missing; every finding, in the card's order."""

    card: Scorecard
    points: int | None
    band: Band | None
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]

    @property
    def outcome(self) -> Outcome:
        """Whether there is a score."""
        return "insufficient-evidence" if self.missing else "scored"

    def reasons(self, levels: Levels = NO_LEVELS) -> list[dict[str, Any]]:
        """Return what weighed most: points lost first, then points gained; nothing where there is no score."""
        weighed = [] if self.missing else [f for f in self.findings if f.points]
        weighed.sort(key=lambda f: ((f.points or 0) > 0, -abs(f.points or 0), f.counted.tag.id))
        return [self._reason(finding, levels) for finding in weighed[:MOST_REASONS]]

    def not_computable(self) -> list[dict[str, Any]]:
        """Return the entries that could not be computed, each with why; of which datasets, the card tells."""
        return [{"tag": f.counted.tag.id, "status": f.value.status} for f in self.findings if f.points is None]

    def _reason(self, finding: Finding, levels: Levels) -> dict[str, Any]:
        tag, points = finding.counted.tag, finding.points
        told = phrase(tag, finding.value.value, self.card.tags, levels)
        return {
            "tag": tag.id, "code": f"{tag.id}-{finding.counted.step_of(finding.value.value)}", "points": points,
            "best": finding.counted.best,
            "zh": f"{told.zh}（{points:+d} 分）",
            "en": f"{told.en} ({points:+d} points)",
        }  # fmt: skip


def score(card: Scorecard, values: Mapping[str, TagValue]) -> Score:
    """Score one enterprise by its tags' values."""
    findings = _once_per_family([_find(counted, values[counted.tag.id]) for counted in card.counted])
    missing = tuple(_missing(card, findings))
    if missing:
        return Score(card, None, None, findings, missing)
    total = card.card.base + sum(finding.points or 0 for finding in findings)
    points = max(0, min(HIGHEST, total))
    band = next(band for band in card.card.bands if points >= band.from_)
    return Score(card, points, band, findings, ())


def _find(counted: Counted, value: TagValue) -> Finding:
    return Finding(counted, value, counted.points_of(value.value) if value.status in COMPUTABLE else None)


def _once_per_family(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Leave its points to one of each family: what costs most, where nothing costs anything what brings most."""
    families: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.counted.entry.family and finding.points:
            families[finding.counted.entry.family].append(finding)
    weightiest = {family: min(members, key=_weight) for family, members in families.items()}
    return tuple(
        replace(finding, points=0)
        if finding.points and finding is not weightiest.get(finding.counted.entry.family, finding)
        else finding
        for finding in findings
    )


def _weight(finding: Finding) -> tuple[bool, int]:
    points = finding.points or 0
    return points > 0, points if points < 0 else -points


def _missing(card: Scorecard, findings: Sequence[Finding]) -> list[Missing]:
    found = []
    for code, dimension in card.card.dimensions.items():
        own = [finding for finding in findings if finding.counted.tag.dimension == code]
        known = frozenset[str]().union(*(f.counted.datasets for f in own if f.value.status == "computed"))
        if len(known) < dimension.evidence:
            why = {dataset: f.value.status for f in own for dataset in sorted(f.counted.datasets - known)}
            found.append(Missing(code, len(known), dimension.evidence, why))
    return found
