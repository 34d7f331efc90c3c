"""Columns that are made of several fields together: keys, tallies, comparisons. Pure."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from scoring_adapter.tags.declaration import As, Column
from scoring_adapter.tags.folding import fold, key_of, keys_of

Read = Callable[..., int | None]  # of the fields' values
ReadMany = Callable[..., list[int | None]]  # of each field's values in many records


def _key(of: Column) -> Read:
    digest = lru_cache(maxsize=1 << 16)(key_of)
    before = [of.prefix] if of.prefix else []

    def read(*texts: str) -> int | None:
        return None if None in texts or "" in texts else digest(*before, *texts)

    return read


def _keys(of: Column) -> ReadMany:
    before = (of.prefix,) if of.prefix else ()

    def read_many(*columns: Sequence[Any]) -> list[int | None]:
        rows = list(zip(*columns, strict=True))
        whole = [row for row in dict.fromkeys(rows) if None not in row and "" not in row]
        known = dict(zip(whole, keys_of([(*before, *row) for row in whole]), strict=True))
        return [known.get(row) for row in rows]

    return read_many


def _tally(of: Column) -> Read:
    codes = frozenset(of.codes)

    def read(*values: object) -> int | None:
        said = [_word(value) for value in values if value is not None]
        return sum(word in codes for word in said) if said else None

    return read


def _same(_: Column) -> Read:
    def read(*texts: str) -> int | None:
        return None if None in texts or "" in texts else int(len({fold(text) for text in texts if text}) == 1)

    return read


def _word(value: object) -> str:
    """Return what a field says, as a text. Raises TypeError for what says none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value


READERS: dict[As, Callable[[Column], Read]] = {"key": _key, "tally": _tally, "same": _same}
OF_MANY: dict[As, Callable[[Column], ReadMany]] = {"key": _keys}  # those that are quicker by the column
