"""Whether what tags read stands in the agencies' catalogue as it is declared.

Tags and the catalogue are strangers to each other, and a city may leave datasets out or have its own: a source whose
dataset is not there, or is otherwise, is fed by nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from connectors.catalogue.load import datasets
from connectors.model.datasets import Dataset, Field
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.declaration import Column, Source
from scoring_adapter.tags.load import load_tags

_MONEY = frozenset({"元", "万元", "亿元"})
_READS = {
    "day": {"date", "until"},
    "month": {"date", "until"},
    "year": {"date", "until"},
    "money": {"money", "number"},
    "number": {"number"},
    "code": {"code", "text", "currency"},
    "flag": {"flag"},
    "words": {"text", "code"},
    "begins": {"text", "code"},
    "class": {"text"},
    "holds": {"list"},
    "parts": {"text"},
    "tally": {"flag", "code"},
    "same": {"text", "code"},
}


@dataclass(frozen=True)
class Misfit:
    """A source, or a column of one, that the catalogue does not have as it is declared."""

    source: str
    column: str
    why: str


def misfits(sources: Mapping[str, Source], known: Mapping[str, Dataset]) -> list[Misfit]:
    """Return what of the sources does not stand in the catalogue."""
    found = []
    for name, source in sources.items():
        if source.union:
            continue
        if name not in known:
            found.append(Misfit(name, "", "没有此目录 there is no such dataset"))
            continue
        for column, of in source.columns.items():
            found += [Misfit(name, column, why) for why in _column(column, of, known[name])]
    return found


def fed_by_nothing(catalogue: TagCatalogue, known: Mapping[str, Dataset]) -> set[str]:
    """Return the datasets that tags read and the catalogue does not have as declared: their tags have no feed."""
    return {misfit.source for misfit in misfits(catalogue.sources, known)}


@cache
def unfed() -> frozenset[str]:
    """Return the datasets that the shipped tags read and this city's catalogue does not have as declared."""
    return frozenset(fed_by_nothing(load_tags(), datasets()))


def _column(name: str, of: Column, dataset: Dataset) -> Iterator[str]:
    """Yield why a column cannot be read of a dataset."""
    first = of.of or name
    for field in [first, *of.also, *filter(None, [of.minus, of.instead])]:
        if field not in dataset.fields:
            yield f"没有字段 there is no field {field}"
        elif dataset.fields[field].personal:
            yield f"{field} 是个人信息 is personal"
        elif of.as_ != "key":
            yield from _field(of, field, dataset.fields[field])


def _field(of: Column, name: str, field: Field) -> Iterator[str]:
    if field.type not in _READS[of.as_]:
        yield f"{name}：{field.type} 不能作 cannot be read as {of.as_}"
    if of.as_ == "money" and (field.unit != of.unit or field.unit not in _MONEY):
        yield f"{name}：单位是 its unit is {field.unit}"
    asked = {*of.codes} - {"yes", "no"} if of.as_ in {"code", "tally"} else set()
    if of.as_ == "words" and field.codes:
        asked = {*of.words}
    if field.type == "code" and (unknown := asked - field.codes.keys()):
        yield f"{name}：没有代码 has no codes {'、'.join(sorted(unknown))}"
