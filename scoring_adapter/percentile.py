"""Where a score lies among those of its industry section and size, as answers tell it. Pure.

Where nothing can be told, the status says why:
no-score: there is none. narrowed: it rests on a part of the data, and theirs on all of it. no-scan: no scan has counted
yet. no-feed, stale, withheld, granularity, none: as the section's tag stands. unknown: the code names no section. few:
fewer than the declared least number have a score.
"""

from collections.abc import Mapping
from typing import Any

from scoring_adapter.distribution import TOLD, Distribution
from scoring_adapter.industries import UNPLACED, Industries, place_of
from scoring_adapter.score import Score
from scoring_adapter.tags.value import TagValue

STATUSES = (
    "computed", "no-score", "narrowed", "no-scan", "no-feed", "stale", "granularity", "withheld", "none", "unknown",
    "few",
)  # fmt: skip


def told_industry(
    rules: Industries,
    result: Score,
    values: Mapping[str, TagValue],
    distribution: Distribution | None,
    *,
    narrowed: bool,
) -> dict[str, Any]:
    """Return it as an answer has it: its status, and where that is `computed` the percentile and the group."""
    if result.points is None:
        return {"status": "no-score"}
    if narrowed:
        return {"status": "narrowed"}
    place, status = place_of(rules, values)
    if status != "computed":
        return {"status": status}
    if place.section == UNPLACED:
        return {"status": "unknown"}
    if distribution is None:
        return {"status": "no-scan"}
    section, size = rules.sections[place.section - 1], rules.sizes[place.size - 1] if place.size else None
    group = distribution.find(section.id, size.id if size else "")
    if group is None:
        return {"status": "few", "day": distribution.day.isoformat()}
    told = size if group.size else None
    return {
        "status": "computed", "percentile": group.percentile(result.points), "enterprises": group.enterprises,
        "section": {"code": section.id, "zh": section.zh, "en": section.en},
        "size": {"code": told.id, "zh": told.zh, "en": told.en} if told else None,
        "scores": dict(zip(map(str, TOLD), group.told, strict=True)), "day": distribution.day.isoformat(),
    }  # fmt: skip
