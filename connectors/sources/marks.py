"""Watermarks by what they are: numbers, dates, instants or plain text, each compared as such. Pure.

As text, 1000 is less than 999, 2026-10-1 than 2026-9-30, and …01.500Z than …01Z: rows would be passed over without a
word. What a mark is, is declared, or found from the first one; a mark of another shape is refused, for nothing says
where it stands among the others.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any, Literal

from connectors.conversion.cells import without_citizens
from connectors.errors import MalformedError
from connectors.model.calendar import SHANGHAI

Mark = int | str  # as the source gives it; a number with a point is text here
Kind = Literal["integer", "decimal", "date", "instant", "text"]
Place = Any  # what marks of one kind are compared by: a number, a day, an instant with its fraction, the text
_INTEGER = re.compile(r"[+-]?\d{1,40}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?", re.ASCII)
_DATE = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_TIME = re.compile(r"[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)? ?(Z|z|[+-]\d{2}(?::?\d{2})?)?", re.ASCII)
_DIGIT = re.compile(r"\d", re.ASCII)


def kind_of(mark: Mark) -> Kind:
    """Return what a mark is; text where it is nothing else."""
    kinds: tuple[Kind, ...] = ("integer", "decimal", "date", "instant")
    return next((kind for kind in kinds if _read(mark, kind) is not None), "text")


def place_of(mark: Mark, kind: Kind) -> Place:
    """Return what a mark is compared by. Raises MalformedError for one that is not of this kind."""
    place = _read(mark, kind)
    if place is None:
        shown = without_citizens(str(mark))[:40]
        raise MalformedError(
            f"增量标记 {shown!r} 与此前的类型（{kind}）不同，请在 watermark 中声明 type 或更正来源 "
            f"the mark is not of the kind of those before ({kind}): declare the watermark's type, or mend the source"
        )
    return place


def wider(kind: Kind, mark: Mark) -> Kind:
    """Return the kind once this mark is among the others: whole numbers and those with a point are of one kind."""
    return "decimal" if kind == "integer" and kind_of(mark) == "decimal" else kind


def sorts_as_text(one: str, other: str) -> bool:
    """Tell whether two marks of one kind stand as text as they do by their kind: digit for digit of one shape."""
    return _DIGIT.sub("0", one) == _DIGIT.sub("0", other)


def like(mark: str) -> str:
    """Return the SQL pattern of what has the shape of a mark that is a number, a date or an instant."""
    return _DIGIT.sub("_", mark)


def _read(mark: Mark, kind: Kind) -> Place | None:
    if kind == "text":
        return mark if isinstance(mark, str) else None
    told = str(mark)
    if kind == "integer":
        return int(told) if _INTEGER.fullmatch(told) else None
    if kind == "decimal":
        return Decimal(told) if _DECIMAL.fullmatch(told) else None
    try:
        return _day(told) if kind == "date" else _instant(told)
    except (ValueError, OverflowError):
        return None  # no such day or time


def _day(told: str) -> date | None:
    found = _DATE.fullmatch(told)
    return date(int(found[1]), int(found[3]), int(found[4])) if found else None


def _instant(told: str) -> tuple[datetime, Decimal] | None:
    """Read an instant to the last digit given; one without an offset is Shanghai's, a day alone its midnight."""
    found = _DATE.match(told)
    if found is None:
        return None
    time = _TIME.fullmatch(told, found.end())
    if time is None and found.end() != len(told):
        return None
    day = datetime(int(found[1]), int(found[3]), int(found[4]), tzinfo=SHANGHAI)
    if time is None:
        return day, Decimal(0)
    hour, minute, second, fraction, zone = time.groups()
    moment = day.replace(hour=int(hour), minute=int(minute), second=int(second or 0), tzinfo=_zone(zone))
    return moment, Decimal(f"0.{fraction or 0}")


def _zone(told: str | None) -> tzinfo:
    if told is None:
        return SHANGHAI
    if told in "Zz":
        return UTC
    behind, digits = told[0] == "-", told[1:].replace(":", "").ljust(4, "0")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-ahead if behind else ahead)
