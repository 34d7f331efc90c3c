"""How a field's value becomes an integer, per kind of column: made once for a column, fast for every record. Pure."""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from scoring_adapter.tags.declaration import As, Column
from scoring_adapter.tags.folding import fold, remembered
from scoring_adapter.tags.reading import read_day, read_month, read_year

Convert = Callable[[Any], int]


def _day(of: Column) -> Convert:
    if of.due:
        return lru_cache(maxsize=1 << 16)(lambda text: read_day(f"{read_year(text) + 1}-{of.due}"))
    return lru_cache(maxsize=1 << 16)(partial(read_day, last=of.last))


def _month(of: Column) -> Convert:
    return lru_cache(maxsize=1 << 16)(partial(read_month, last=of.last))


def _year(_: Column) -> Convert:
    return lru_cache(maxsize=1 << 16)(read_year)


def _code(of: Column) -> Convert:
    places = {code: place for place, code in enumerate(of.codes, 1)}

    def code(text: str) -> int:
        _must_be(text, str)
        return places.get(text, 0)

    return code


def _flag(_: Column) -> Convert:
    def flag(value: bool) -> int:  # noqa: FBT001 - it is the value itself
        _must_be(value, bool)
        return int(value)

    return flag


def _holds(of: Column) -> Convert:
    codes = frozenset(of.codes)

    def holds(items: list[str]) -> int:
        _must_be(items, list)
        return int(not codes.isdisjoint(items))

    return holds


def _words(of: Column) -> Convert:
    words = [fold(word) for word in of.words]

    @remembered
    def holds(text: str) -> int:
        folded = fold(text)
        return int(any(word in folded for word in words))

    return holds


def _begins(of: Column) -> Convert:
    words = tuple(fold(word) for word in of.words)
    return remembered(lambda text: int(fold(text).startswith(words)))


def _class(of: Column) -> Convert:
    beginnings = [tuple(fold(word) for word in words.split()) for words in of.words]

    @remembered
    def place(text: str) -> int:
        folded = fold(text)
        return next((place for place, own in enumerate(beginnings, 1) if folded.startswith(own)), 0)

    return place


def _parts(of: Column) -> Convert:
    apart = re.compile("|".join(map(re.escape, of.words)))
    return remembered(lambda text: sum(bool(part.strip()) for part in apart.split(text)))


def _must_be(value: object, kind: type) -> None:
    if type(value) is not kind:
        raise TypeError(kind.__name__)


CONVERTERS: dict[As, Callable[[Column], Convert]] = {
    "day": _day,
    "month": _month,
    "year": _year,
    "code": _code,
    "flag": _flag,
    "holds": _holds,
    "words": _words,
    "begins": _begins,
    "class": _class,
    "parts": _parts,
}
