"""Two answers about one enterprise, side by side: what changed from the earlier to the later. Pure.

Told is what both tell: where one withholds points, values or lines, so does this. Answers of two cards, or of two
versions of the tags, are compared as they stand, and that they are of two is said.
"""

from collections.abc import Mapping, Sequence
from typing import Any

_HEAD = ("inquiry", "issued_at", "product", "model", "outcome", "score", "band")
_TAG = ("value", "status", "points")
_LINE = ("status", "held", "objected", "latest", "trend", "freshness")


def compared(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return what changed between two answers' statements about one enterprise, the earlier first."""
    before, after = sorted((one, other), key=lambda told: (told["issued_at"], told["inquiry"]))
    was, now = before.get("score"), after.get("score")
    return {
        "subject": after["subject"], "before": _head(before), "after": _head(after),
        "change": None if was is None or now is None else now - was,
        "same_card": before["model"] == after["model"] and _tags_digest(before) == _tags_digest(after),
        "same_scope": _data_of(before) == _data_of(after),
        "tags": _changed(before.get("tags"), after.get("tags"), "tag", _TAG),
        "health": _changed(before.get("health"), after.get("health"), "category", _LINE),
    }  # fmt: skip


def _head(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: told.get(name) for name in _HEAD}, "as_of": told.get("basis", {}).get("as_of"),
        "percentile": told.get("industry", {}).get("percentile"),
    }  # fmt: skip


def _data_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return which data an answer rests on: whether it may be kept is no matter of that."""
    return {name: value for name, value in (told.get("scope") or {}).items() if name != "mode"}


def _tags_digest(told: Mapping[str, Any]) -> object:
    return (told.get("tag_catalogue") or {}).get("digest")


def _changed(
    before: Sequence[Mapping[str, Any]] | None,
    after: Sequence[Mapping[str, Any]] | None,
    key: str,
    names: Sequence[str],
) -> list[dict[str, Any]] | None:
    """Return what differs line by line, in the later answer's order; None where one of the two has no lines."""
    if before is None or after is None:
        return None
    was, found = {one[key]: one for one in before}, []
    for line in after:
        then = was.get(line[key])
        if then is None:  # of another version
            continue
        told = [name for name in names if name in then and name in line]
        if any(then[name] != line[name] for name in told):
            found.append({
                **{name: line[name] for name in (key, "name", "unit") if name in line},
                "before": {name: then[name] for name in told}, "after": {name: line[name] for name in told},
            })  # fmt: skip
    return found
