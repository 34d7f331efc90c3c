"""The six dimensions of a portrait: the points that each brings by the card, and the records behind it. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from scoring_adapter.health import Evidence
from scoring_adapter.health_rules import HealthSheet
from scoring_adapter.portrait_rules import PortraitSheet
from scoring_adapter.score import COMPUTABLE, Score
from scoring_adapter.tags.value import TagValue


@dataclass(frozen=True)
class Side:
    """What a dimension comes to: its points, None where no figure that counts could be computed; how many of its tags
    could be, out of how many; whether all of them are withheld.
    """

    points: int | None
    computed: int
    of: int
    withheld: bool

    @property
    def status(self) -> str:
        """Whether something is known: `told`, `unknown`, or `withheld`."""
        return "told" if self.computed else "withheld" if self.withheld else "unknown"


def sides_of(result: Score, values: Mapping[str, TagValue]) -> Mapping[str, Side]:
    """Return what each dimension of the card comes to by the tags' values."""
    found = {}
    for code in result.card.card.dimensions:
        statuses = [values[tag.id].status for tag in result.card.tags.tags if tag.dimension == code]
        points = [one.points for one in result.findings if one.counted.tag.dimension == code and one.points is not None]
        computed = sum(status in COMPUTABLE for status in statuses)
        found[code] = Side(sum(points) if points else None, computed, len(statuses), set(statuses) == {"withheld"})
    return found


def lines_of(
    sheet: PortraitSheet, health: HealthSheet, names: Mapping[str, Mapping[str, str]], sides: Mapping[str, Side],
    evidence: Evidence,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return a line for each dimension, in the card's order, as answers have it: a record stands behind each dimension
    that a tag computed from its dataset belongs to.
    """
    held, latest = Counter[str](), dict[str, date]()
    for dataset, day in evidence.events:
        held[dataset] += 1
        if day is not None:
            latest[dataset] = max(day, latest.get(dataset, day))
    lines: list[dict[str, Any]] = []
    for code, side in sides.items():
        behind: list[dict[str, Any]] = []
        for category, name in health.categories.items():
            own = sheet.dimensions[code].intersection(health.by_category[category])
            number, objected = sum(held[one] for one in own), sum(evidence.objected.get(one, 0) for one in own)
            if number or objected:
                newest = max((latest[one] for one in own if one in latest), default=None)
                behind.append({
                    "category": category, "name": {"zh": name.zh, "en": name.en}, "held": number, "objected": objected,
                    "latest": newest.isoformat() if newest else None,
                })  # fmt: skip
        lines.append({
            "dimension": code, "name": dict(names[code]), "status": side.status, "points": side.points,
            "computed": [side.computed, side.of], "held": sum(one["held"] for one in behind),
            "latest": max(filter(None, (one["latest"] for one in behind)), default=None), "behind": behind,
        })  # fmt: skip
    return lines
