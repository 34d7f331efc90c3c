"""Tags over records. Pure: decimals and dates, no floats, no clock."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from scoring_adapter.card import Tag

Fields = Mapping[str, Any]
Value = int | Decimal | str | None


def compute(tag: Tag, records: Sequence[Fields], as_of: date) -> Value:
    """Return the tag's value over one dataset's records; None where there is nothing to compute it from."""
    kept = [fields for fields in records if _is_in_window(tag, fields, as_of) and _matches(tag, fields)]
    match tag.kind:
        case "count":
            return len(kept)
        case "sum":
            return sum((_decimal(fields, tag) for fields in kept), Decimal(0))
        case "max":
            return max((_decimal(fields, tag) for fields in kept), default=Decimal(0))
        case "years":
            return _years(tag, kept, as_of)
        case "number" | "level":
            return _newest(tag, kept)


def points_of(tag: Tag, value: Value) -> int:
    """Return the published points of a value; a level that is not on the card counts as none."""
    if value is None:
        return tag.none
    if isinstance(value, str):
        return tag.levels.get(value, tag.none)
    return next(step.points for step in tag.bins if step.below is None or value < step.below)


def _is_in_window(tag: Tag, fields: Fields, as_of: date) -> bool:
    """Leave out records of the future and, where a window is set, older and undated ones."""
    at = _date(fields, tag)
    if at is None:
        return tag.within_days is None
    return at <= as_of and (tag.within_days is None or at > as_of - timedelta(days=tag.within_days))


def _matches(tag: Tag, fields: Fields) -> bool:
    for name, words in tag.where.items():
        value = fields.get(name)
        held = value if isinstance(value, list) else [value]
        if not any(word == item or (word == "*" and item) for word in words for item in held):
            return False
    return True


def _date(fields: Fields, tag: Tag) -> date | None:
    value = fields.get(tag.date) if tag.date else None
    return date.fromisoformat(value) if isinstance(value, str) else None


def _decimal(fields: Fields, tag: Tag) -> Decimal:
    return Decimal(fields.get(str(tag.field)) or 0)


def _years(tag: Tag, kept: Sequence[Fields], as_of: date) -> int | None:
    dates = [at for fields in kept if (at := _date(fields, tag))]
    if not dates:
        return None
    since = min(dates) if tag.earliest else max(dates)
    return as_of.year - since.year - ((as_of.month, as_of.day) < (since.month, since.day))


def _newest(tag: Tag, kept: Sequence[Fields]) -> Value:
    """Return the field of the newest record that has one."""
    holders = [fields for fields in kept if fields.get(str(tag.field)) is not None]
    if not holders:
        return None
    newest = max(holders, key=lambda fields: (_date(fields, tag) or date.min, str(fields[str(tag.field)])))
    value = str(newest[str(tag.field)])
    return value if tag.kind == "level" else Decimal(value)
