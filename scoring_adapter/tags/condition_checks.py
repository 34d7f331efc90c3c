"""Whether a condition can be asked of a column. Pure."""

import re
from collections.abc import Iterator

from scoring_adapter.tags.declaration import Column, Condition

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_MEASURED = frozenset({"money", "number", "parts", "tally", "year"})
_YES_OR_NO = frozenset({"flag", "words", "begins", "holds", "same", "number"})  # a number: another enterprise's flag


def faults_of_condition(condition: Condition, of: Column) -> Iterator[str]:
    """Yield what is wrong with a condition on a column."""
    kind, bounds = of.as_, [bound for bound in (condition.above, condition.below) if bound]
    fits = {
        "in / out": (bool(condition.in_ or condition.out), kind == "code"),
        "above / below": (bool(bounds), kind in _MEASURED),
        "open / past": (condition.open or condition.past, kind == "day"),
        "flag": (condition.flag is not None, kind in _YES_OR_NO),
    }
    yield from (
        f"`{name}` 不能用于 cannot be asked of {kind}" for name, (asked, fit) in fits.items() if asked and not fit
    )
    if condition == Condition():
        yield "条件是空的 the condition asks nothing"
    if not all(map(_NUMBER.fullmatch, bounds)):
        yield "`above` 与 `below` 须为数 are numbers"
    if unknown := {*condition.in_, *condition.out} - {*of.codes}:
        yield f"没有代码 there are no such codes: {'、'.join(sorted(unknown))}"
    if (condition.empty and condition != Condition(empty=True)) or (condition.open and condition.past):
        yield "这些条件不能同时成立 these can never hold together"
