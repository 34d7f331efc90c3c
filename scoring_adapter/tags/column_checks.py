"""Whether a column's members fit its kind. Pure."""

import re
from collections.abc import Iterator

from scoring_adapter.tags.declaration import Column
from scoring_adapter.tags.reading import DIGITS_OF, read_day, read_decimal

_NUMBERS = frozenset({"money", "number"})
_SEVERAL = frozenset({"key", "tally", "same"})
_DUE = re.compile(r"\d\d-\d\d", re.ASCII)


def faults_of_column(of: Column) -> Iterator[str]:
    """Yield what is wrong with a column."""
    kind = of.as_
    needed = {
        "codes": kind in {"code", "holds", "tally", "class"},
        "words": kind in {"words", "begins", "parts", "class"},
        "unit": kind == "money",
    }
    allowed = {
        "minus": kind in _NUMBERS,
        "also": kind in _SEVERAL,
        "last": kind in {"day", "month"} and not of.due,
        "digits": kind == "number" and 0 <= of.digits <= 6,
        "due": kind == "day" and _is_readable(of),
        "prefix": kind == "key",
        "instead": kind not in _SEVERAL,
        "default": kind in {"code", "flag", *_NUMBERS} and _is_readable(of),
    }
    for member, is_needed in needed.items():
        if bool(getattr(of, member)) != is_needed:
            yield f"{kind} {'须有 needs' if is_needed else '没有 has no'} `{member}`"
    for member, is_allowed in allowed.items():
        if getattr(of, member) and not is_allowed:
            yield f"{kind} 不能有此 `{member}` cannot have this `{member}`"
    if of.unit and of.unit not in DIGITS_OF:
        yield f"unit 应为 one of: {'、'.join(DIGITS_OF)}"
    yield from _faults_of_lists(of)


def _faults_of_lists(of: Column) -> Iterator[str]:
    if of.as_ == "class" and len(of.codes) != len(of.words):
        yield "每个代码对应一组开头 a class has a list of beginnings for each code"
    for listed in (of.codes, of.words):
        if len(set(listed)) < len(listed) or "" in listed:
            yield "代码或词语重复或为空 a code or word stands twice or is empty"


def shape(of: Column) -> tuple[object, ...]:
    """Return what makes the integers of two columns comparable."""
    return of.as_, of.digits, tuple(of.codes) if of.as_ in {"code", "class"} else ()


def _is_readable(of: Column) -> bool:
    """Tell whether a due day and what an empty field counts as can be read."""
    try:
        if of.due and _DUE.fullmatch(of.due):
            read_day(f"2001-{of.due}")
        elif of.due:
            return False
        if of.default and of.as_ in _NUMBERS:
            read_decimal(of.default, of.digits)
    except ValueError:
        return False
    return not of.default or of.as_ in _NUMBERS or of.default in (of.codes or ("yes", "no"))
