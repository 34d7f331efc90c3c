"""One subject's packed parts, and what they come to: for reading by key, for telling why a score moved. Pure."""

from collections.abc import Mapping

from scoring_adapter.scan.entries import pack_one, unpack
from scoring_adapter.score import score
from scoring_adapter.scorecard import Scorecard
from scoring_adapter.tags.combine import combine
from scoring_adapter.tags.planned import Plan
from scoring_adapter.tags.value import Status, TagValue


def pack_parts(plan: Plan, parts: Mapping[str, int | None]) -> bytes:
    """Return one subject's parts, packed: those that differ from what a subject without rows has."""
    entries: dict[int, int] = {}
    for place, (name, part) in enumerate(plan.parts.items()):
        value = parts[name]
        if value is not None and not (value == 0 and part.is_count):
            entries[place] = value
    return pack_one(entries)


def unpack_parts(plan: Plan, packed: bytes) -> dict[str, int | None]:
    """Return one subject's parts."""
    entries = unpack(packed)
    return {
        name: entries.get(place, 0 if part.is_count else None) for place, (name, part) in enumerate(plan.parts.items())
    }


def values_of(plan: Plan, packed: bytes, blocked: Mapping[str, Status]) -> dict[str, TagValue]:
    """Return every tag's value; `blocked` are those that cannot be computed for anybody, and why."""
    found = combine(plan, unpack_parts(plan, packed))
    return {
        tag: TagValue(None, blocked[tag])
        if tag in blocked
        else TagValue(value, "none" if value is None else "computed")
        for tag, value in found.items()
    }


def points_of(card: Scorecard, plan: Plan, packed: bytes, blocked: Mapping[str, Status]) -> dict[str, int]:
    """Return the points that each tag of the card brings."""
    findings = score(card, values_of(plan, packed, blocked)).findings
    return {finding.counted.tag.id: finding.points or 0 for finding in findings}
