"""Pairs that their headings leave open and the rest of the file settles. Pure.

1. Of a dataset by month or year, the one column of months or years is the day its records are about.
2. A pair that is near is sure where no other column, and no other field, could be meant: the only date, the only
   amount, the only body beside the party.
3. A currency stands in the amount's own cells; a fine in the sentence of the decision, where no column holds it.
"""

from collections.abc import Callable, Iterator

from connectors.conversion.headings import SURELY
from connectors.conversion.shapes import Shape
from connectors.drafting.matching import CANDIDATE, Matching, Pair, fit
from connectors.model.datasets import Field

_DATES = frozenset({"date", "until"})
BODIES = ("人", "方", "单位", "机关", "机构", "部门", "法院", "企业", "供应商", "名称")
_SOLELY = "；别无他列 no other column it could be"
_MOSTLY = 0.9


def settle(found: Matching) -> None:
    """Add to the pairs what the rest of the file makes sure."""
    _by_granularity(found)
    for name, pair in list(found.fields.items()):
        if CANDIDATE <= pair.score < SURELY and _is_alone(found, name, pair):
            found.fields[name] = Pair(pair.place, SURELY, pair.why + _SOLELY)
    _find_currency(found)


def fine_within(found: Matching, name: str) -> int | None:
    """Return the place of the column whose sentences name the fine, where the fine's own column says too little."""
    of, pair = found.dataset.fields[name], found.fields.get(name)
    if of.type != "money" or "罚款" not in of.zh:
        return None
    shapes = found.sample.shapes
    if pair and pair.score >= SURELY and shapes[pair.place].total >= 0.1 * len(shapes[pair.place].cells):
        return None
    sure = [other.place for other in found.fields.values() if other.score >= SURELY]
    told = [place for place in sure if shapes[place].total and shapes[place].fines >= 0.3]
    return max(told, key=lambda place: shapes[place].fines, default=None)


def _by_granularity(found: Matching) -> None:
    dataset = found.dataset
    name = dataset.event_date
    if not name or dataset.granularity == "day" or _sure(found, name):
        return
    told = [place for place in _open_places(found) if found.sample.shapes[place].finest == dataset.granularity]
    if len(told) == 1:
        found.fields = {other: pair for other, pair in found.fields.items() if pair.place != told[0] or other == name}
        found.fields[name] = Pair(told[0], SURELY, f"唯一的{_ZH[dataset.granularity]}列 the only column of this kind")


_ZH = {"month": "月份", "year": "年份"}


def _is_alone(found: Matching, name: str, pair: Pair) -> bool:
    """Tell whether no other open column fits the field as well, and no other open field the column."""
    of = found.dataset.fields[name]
    suits = _suits(of)
    if suits is None or not suits(found.sample.shapes[pair.place]):
        return False
    rivals = [place for place in _open_places(found) if place != pair.place and suits(found.sample.shapes[place])]
    near = [
        other
        for other, its in found.fields.items()
        if other != name and its.place == pair.place and its.score >= pair.score - 0.1
    ]
    return not rivals and not near


def _suits(of: Field) -> Callable[[Shape], bool] | None:
    """Return how a column is known that such a field may be read from; None for what any text may be."""
    if of.type in _DATES:
        return lambda shape: bool(shape.total) and shape.dates >= _MOSTLY
    if of.type in {"money", "number"}:
        return lambda shape: bool(shape.total) and fit(of, shape)[0] >= _MOSTLY and shape.dates < 0.5
    if of.type == "text" and of.zh.endswith(BODIES):
        return lambda shape: shape.names >= 0.6
    return None


def _open_places(found: Matching) -> Iterator[int]:
    """Yield the columns that nothing is surely read from."""
    pairs = [*found.fields.values(), *found.codes, *found.kinds, *found.authorities, found.name, found.producer]
    sure = {pair.place for pair in pairs if pair and pair.score >= SURELY}
    return (place for place in range(len(found.sample.shapes)) if place not in sure)


def _sure(found: Matching, name: str) -> bool:
    return name in found.fields and found.fields[name].score >= SURELY


def _find_currency(found: Matching) -> None:
    for name, of in found.dataset.fields.items():
        if of.type != "currency" or _sure(found, name):
            continue
        amounts = [
            pair
            for other, pair in found.fields.items()
            if found.dataset.fields[other].type == "money" and pair.score >= SURELY
        ]
        told = [pair for pair in amounts if found.sample.shapes[pair.place].currencies >= 0.5]
        if len(told) == 1:
            found.fields[name] = Pair(told[0].place, told[0].score, "金额写明币种 the amounts name their currency")
