"""What is said of a name that nothing has: the nearest names there are, and what lists all of them. Pure."""

import difflib
from collections.abc import Iterable, Mapping

NEAREST = 3


def nearest(name: str, known: Mapping[str, str] | Iterable[str]) -> list[str]:
    """Return the names that are spelled most alike, the nearest first; a mapping says what else each is called."""
    also = dict(known) if isinstance(known, Mapping) else dict.fromkeys(known, "")
    return sorted(also, key=lambda code: (-max(_likeness(name, code), _likeness(name, also[code])), code))[:NEAREST]


def unknown(what: str, name: str, known: Mapping[str, str] | Iterable[str], lists: str) -> str:
    """Say that nothing has this name. `what` is its kind, Chinese then English; `lists` the command that lists all."""
    zh, _, en = what.partition(" ")
    near = "、".join(nearest(name, known))
    near_zh, near_en = (f"；相近的有 {near}", f"; the nearest are {near}") if near else ("", "")
    return f"没有{zh} {name}{near_zh}；用 {lists} 查看全部 there is no {en} {name}{near_en}; {lists} lists all"


def _likeness(name: str, other: str) -> float:
    return difflib.SequenceMatcher(None, name.casefold(), other.casefold(), autojunk=False).ratio() if other else 0.0
