"""What an institution was told of an enterprise's risks and what it is told now, compared. Pure.

What was told is a level by type of risk; for an institution that is told one bit alone, whether there is any.
"""

from collections.abc import Mapping
from typing import Any, Literal

from risk_monitor.watch import rank_of

Change = Literal["opened", "raised", "lowered", "ended"]
CHANGES: tuple[Change, ...] = ("opened", "raised", "lowered", "ended")
AT_RISK = "at_risk"
Levels = Mapping[str, Any]


def levels_of(statement: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an answer tells, by type of risk."""
    if AT_RISK in statement:
        return {AT_RISK: True} if statement[AT_RISK] else {}
    return {one["type"]: one["level"] for one in statement["risks"]}


def change_of(before: Levels, after: Levels) -> Change | None:
    """Return how it changed, None where it did not; where one type rises and another one falls, it rises."""
    if dict(before) == dict(after):
        return None
    if not before:
        return "opened"
    if not after:
        return "ended"
    rises = any(_rank(after.get(kind)) > _rank(before.get(kind)) for kind in after)
    return "raised" if rises else "lowered"


def highest_of(levels: Levels) -> str | None:
    """Return the highest level, None where there is none or it is not told."""
    told = [level for kind, level in levels.items() if kind != AT_RISK]
    return max(told, key=rank_of, default=None)


def _rank(level: Any) -> int:  # noqa: ANN401 - a level, or the one bit
    return int(level) if isinstance(level, bool) else rank_of(level)
