"""Columns that are made of several fields together: keys, tallies, comparisons. Pure."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from scoring_adapter.tags.declaration import As, Column
from scoring_adapter.tags.folding import fold, key_of

Read = Callable[[Mapping[str, Any]], int | None]


def _key(of: Column, names: Sequence[str]) -> Read:
    digest = lru_cache(maxsize=1 << 16)(key_of)
    before = [of.prefix] if of.prefix else []

    def read(fields: Mapping[str, Any]) -> int | None:
        texts = [fields.get(name) for name in names]
        return None if None in texts or "" in texts else digest(*before, *texts)

    return read


def _tally(of: Column, names: Sequence[str]) -> Read:
    codes = frozenset(of.codes)

    def read(fields: Mapping[str, Any]) -> int | None:
        said = [_word(value) for name in names if (value := fields.get(name)) is not None]
        return sum(word in codes for word in said) if said else None

    return read


def _same(_: Column, names: Sequence[str]) -> Read:
    def read(fields: Mapping[str, Any]) -> int | None:
        texts = [fields.get(name) for name in names]
        return None if None in texts or "" in texts else int(len({fold(text) for text in texts if text}) == 1)

    return read


def _word(value: object) -> str:
    """Return what a field says, as a text. Raises TypeError for what says none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value


READERS: dict[As, Callable[[Column, Sequence[str]], Read]] = {"key": _key, "tally": _tally, "same": _same}
