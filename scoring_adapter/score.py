"""A score from the embedded card: points, band, the tags behind them, and the reasons in words. Pure.

A tag whose dataset was never delivered cannot be computed: it brings no points and is listed as such, never counted as
0. If the dataset was delivered and holds nothing about the enterprise, that is a finding like any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from scoring_adapter.card import HIGHEST, Band, Card, Tag
from scoring_adapter.card_tags import Value, compute, points_of
from signing.canonical import canonical_bytes, sha256_hex

MOST_REASONS = 4


@dataclass(frozen=True)
class Input:
    """A record that may be shown, so it counts for the score: dataset, fields (JSON without floats), leaf hash."""

    dataset: str
    fields: Mapping[str, Any]
    digest: str


@dataclass(frozen=True)
class Finding:
    """One tag's value and points; both None where it is not computable."""

    tag: Tag
    value: Value
    points: int | None

    def as_answer(self) -> dict[str, Any]:
        """Return it as JSON without floats."""
        value = f"{self.value:f}" if isinstance(self.value, Decimal) else self.value
        name = {"zh": self.tag.name.zh, "en": self.tag.name.en}
        computable = self.points is not None
        return {
            "tag": self.tag.id, "dimension": self.tag.dimension, "name": name, "computable": computable,
            "value": value, "points": self.points,
        }  # fmt: skip


@dataclass(frozen=True)
class Score:
    """The result: points 0 to 1000, the band, every finding, the model and a digest of all that went in."""

    points: int
    band: Band
    findings: tuple[Finding, ...]
    model: str
    basis: Mapping[str, Any]  # what went in: the card's digest, the date, the feeds, the records' leaf hashes
    inputs_digest: str

    def reasons(self) -> list[dict[str, Any]]:
        """Return what weighed most: points lost first, then points gained."""
        weighed = [f for f in self.findings if f.points]
        weighed.sort(key=lambda f: ((f.points or 0) > 0, -abs(f.points or 0), f.tag.id))
        return [
            {
                "tag": f.tag.id, "points": f.points,
                "zh": f"{f.tag.name.zh}：{_shown(f.value, '无')}（{f.points:+d} 分）",
                "en": f"{f.tag.name.en}: {_shown(f.value, 'none')} ({f.points:+d} points)",
            }
            for f in weighed[:MOST_REASONS]
        ]  # fmt: skip

    def not_computable(self) -> list[str]:
        """Return the tags without a feed."""
        return [f.tag.id for f in self.findings if f.points is None]


def score(card: Card, inputs: Sequence[Input], feeds: frozenset[str], as_of: date) -> Score:
    """Score one enterprise as of a date, over the records that may be shown on it."""
    by_dataset: dict[str, list[Mapping[str, Any]]] = {}
    for item in inputs:
        by_dataset.setdefault(item.dataset, []).append(item.fields)
    findings = tuple(_find(tag, by_dataset.get(tag.dataset, ()), feeds, as_of) for tag in card.tags)
    total = card.base + sum(finding.points or 0 for finding in findings)
    points = max(0, min(HIGHEST, total))
    band = next(band for band in card.bands if points >= band.from_)
    went_in = {
        "card": card.digest(), "as_of": as_of.isoformat(), "feeds": sorted(feeds),
        "records": sorted(item.digest for item in inputs),
    }  # fmt: skip
    return Score(points, band, findings, card.model(), went_in, sha256_hex(canonical_bytes(went_in)))


def _find(tag: Tag, records: Sequence[Mapping[str, Any]], feeds: frozenset[str], as_of: date) -> Finding:
    if tag.dataset not in feeds:
        return Finding(tag, None, None)
    value = compute(tag, records, as_of)
    return Finding(tag, value, points_of(tag, value))


def _shown(value: Value, nothing: str) -> str:
    if value is None:
        return nothing
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
