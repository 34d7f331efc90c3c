"""The headings a field is known under: its own, and those other datasets have for what is called the same. Pure."""

from collections import defaultdict
from collections.abc import Iterable

from connectors.conversion.heading_parts import canonical
from connectors.conversion.headings import Nearness, nearness
from connectors.model.datasets import Dataset

_ACTS = ("处罚", "许可", "检查", "列入", "移出")
_DOUBTED = 0.6
_BORROWED = 0.9  # as sure as a synonym at most: the same word may mean another thing in another dataset


class Vocabulary:
    """What the sources of a whole catalogue call its fields."""

    def __init__(self, datasets: Iterable[Dataset]) -> None:
        self._by_title: dict[str, dict[str, None]] = defaultdict(dict)
        for dataset in datasets:
            for name, of in dataset.fields.items():
                lent = dict.fromkeys(word for word in own_words(dataset, name) if word != name)  # its code is its own
                self._by_title[canonical(of.zh)].update(lent)

    def nearness(self, heading: str, dataset: Dataset, name: str) -> Nearness:
        """Return how near a heading is to a field of a dataset."""
        zh = dataset.fields[name].zh
        own = nearness(heading, own_words(dataset, name))
        if own.score >= _BORROWED and not _contradicts(heading, zh):
            return own
        score, why = nearness(heading, self._by_title.get(canonical(zh), ()))
        near = max(own, Nearness(round(score * _BORROWED, 2), why))
        if _contradicts(heading, zh) and near.score < 1:
            return Nearness(min(near.score, _DOUBTED), near.why)
        return near


def _contradicts(heading: str, zh: str) -> bool:
    """Tell whether a heading says it is of another act than the field: 处罚文号 is no 许可文号."""
    said, of = ({word for word in _ACTS if word in text} for text in (heading, zh))
    return bool(said) and bool(of) and not said & of


def own_words(dataset: Dataset, name: str) -> list[str]:
    """Return the headings a field's own dataset knows it under."""
    known = [column for mapping in dataset.mappings if name in mapping.fields for column in mapping.fields[name].from_]
    return list(dict.fromkeys([name, dataset.fields[name].zh, *known]))


def heading_words(dataset: Dataset) -> list[str]:
    """Return every heading that a dataset knows, of its party and of its fields."""
    roles = [word for of in dataset.spellings() for word in (*of.party.name, *of.party.codes, *of.party.kind)]
    return [*roles, *(word for name in dataset.fields for word in own_words(dataset, name))]
