"""A watch as a form: each bound, weight and level a field, and the watch again from what was typed. Pure.

Bounds stand in the unit that people read: per cent and yuan, not their hundredths. A weight that is left empty takes
the point out of the type; a point that is in no type falls away.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
import yaml

from risk_monitor.names import LEVELS
from risk_monitor.watch import Sign, Watch

MOST_FIELDS = 300
_HUNDREDTHS = frozenset({"percent", "yuan"})
_SCALE = 100
_LONGEST = 20


def fields_of(watch: Watch) -> dict[str, str]:
    """Return every field with its value."""
    fields = {"review": _plain(Decimal(watch.review_ppm) / 10_000), "cool": str(watch.cool_days)}
    for point in watch.points:
        for at, sign in enumerate(point.signs):
            fields[f"sign.{point.id}.{at}"] = _bound(sign)
    for kind in watch.types:
        for point in watch.points:
            fields[f"weight.{kind.id}.{point.id}"] = str(kind.points.get(point.id, ""))
        for level in LEVELS:
            fields[f"level.{kind.id}.{level}"] = str(kind.levels[level])
    return fields


def watch_from(base: Watch, typed: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return the base as YAML with what was typed in place of its numbers, and the fields that hold no such number."""
    wrong: list[str] = []

    def number(name: str, scale: int = 1) -> int:
        value = _number(typed.get(name, ""), scale)
        if value is None:
            wrong.append(name)
        return value or 0

    told: dict[str, Any] = msgspec.to_builtins(base)
    told["review_ppm"], told["cool_days"] = number("review", 10_000), number("cool")
    for point, shown in zip(base.points, told["points"], strict=True):
        for at, (sign, written) in enumerate(zip(point.signs, shown["signs"], strict=True)):
            bound = number(f"sign.{point.id}.{at}", _SCALE if sign.shown in _HUNDREDTHS else 1)
            written["at_least" if sign.at_least is not None else "below"] = bound
    for kind in told["types"]:
        names = [point.id for point in base.points if typed.get(f"weight.{kind['id']}.{point.id}", "").strip()]
        kind["points"] = {name: number(f"weight.{kind['id']}.{name}") for name in names}
        kind["levels"] = {level: number(f"level.{kind['id']}.{level}") for level in LEVELS}
    weighed = {name for kind in told["types"] for name in kind["points"]}
    told["points"] = [point for point in told["points"] if point["id"] in weighed]
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False), wrong


def _bound(sign: Sign) -> str:
    bound = Decimal(sign.at_least if sign.at_least is not None else sign.below or 0)
    return _plain(bound / _SCALE if sign.shown in _HUNDREDTHS else bound)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _number(typed: str, scale: int) -> int | None:
    """Return what was typed times the scale, where that is a whole number."""
    try:
        value = Decimal(typed.strip()) * scale if len(typed) <= _LONGEST else None
    except InvalidOperation:
        return None
    return int(value) if value is not None and value.is_finite() and abs(value) < 10**18 and value % 1 == 0 else None
