"""The tags of one enterprise, out of what is known of it. Pure: records and feeds come in, values go out.

Two things lie outside the enterprise's own records: series that are about nobody, and tags of other enterprises that
its records name. Which of them are wanted is asked first, so that whoever loads them does so in one statement each.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Protocol

from scoring_adapter.narrowed import narrowed
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.combine import combine
from scoring_adapter.tags.extract import Extractor, Row
from scoring_adapter.tags.folding import key_of
from scoring_adapter.tags.interpret import References, interpret
from scoring_adapter.tags.plan import plan
from scoring_adapter.tags.planned import Plan
from scoring_adapter.tags.value import Feed, TagValue, tag_values


class Record(Protocol):
    """A record that counts: its dataset, and its fields as JSON without floats."""

    @property
    def dataset(self) -> str:
        """Which dataset it is of."""

    @property
    def fields(self) -> Mapping[str, Any]:
        """What stands in it."""


@dataclass(frozen=True)
class Known:
    """What is known: the enterprise's records; the datasets that were ever delivered; the records of the series wanted,
    in the order they landed; by credit code, those of the other enterprises wanted.
    """

    records: Sequence[Record]
    feeds: Mapping[str, Feed]
    series: Sequence[Record] = ()
    others: Mapping[str, Sequence[Record]] = field(default_factory=dict)


def wanted_series(tags: TagCatalogue, as_of: date, held: Iterable[str]) -> set[str]:
    """Return the datasets about nobody that are read for an enterprise that has records of these datasets."""
    own = set(held)
    return {
        reference.dataset
        for source in plan(tags, as_of).sources.values() if own & set(source.members)
        for reference in source.references.values()
    }  # fmt: skip


def names_others(tags: TagCatalogue, as_of: date, held: Iterable[str]) -> bool:
    """Tell whether tags of other enterprises may be read for one that has records of these datasets."""
    own = set(held)
    return any(source.others and own & set(source.members) for source in plan(tags, as_of).sources.values())


@dataclass(frozen=True)
class Others:
    """The enterprises whose tags are read, by credit code, and the datasets that these tags are computed from."""

    codes: frozenset[str]
    datasets: frozenset[str]


def wanted_others(tags: TagCatalogue, as_of: date, records: Iterable[Record]) -> Others:
    """Return which other enterprises are read for one that has these records."""
    by_dataset, codes, datasets = _by_dataset(records), set[str](), set[str]()
    for source in plan(tags, as_of).sources.values():
        for key, tag in source.others.values():
            fields = [tags.sources[member].columns[key].of or key for member in source.members]
            found = {str(code) for member, name in zip(source.members, fields, strict=True)
                     for item in by_dataset.get(member, ()) if (code := item.fields.get(name))}  # fmt: skip
            codes |= found
            datasets |= set(tags.sources_of(tags.by_id[tag])) if found else set()
    return Others(frozenset(codes), frozenset(datasets))


def compute_tags(tags: TagCatalogue, known: Known, as_of: date) -> dict[str, TagValue]:
    """Return every tag's value as of a day."""
    return tag_values(tags, combine(plan(tags, as_of), compute_parts(tags, known, as_of)), known.feeds, as_of)


def compute_parts(tags: TagCatalogue, known: Known, as_of: date) -> dict[str, int | None]:
    """Return every part that the tags' values of a day are made of."""
    planned = plan(tags, as_of)
    rows = _extract(tags, known.records)
    series = References(planned, _extract(tags, known.series)) if known.series else _no_series(planned)
    return interpret(planned, rows, series, _values_of_others(tags, planned, known, as_of))


def _values_of_others(tags: TagCatalogue, planned: Plan, known: Known, as_of: date) -> dict[str, dict[int, int]]:
    """Return, by tag and by the key that names an enterprise, the tags that are read of others."""
    found: dict[str, dict[int, int]] = {}
    for tag in (
        {tag for source in planned.sources.values() for _, tag in source.others.values()} if known.others else ()
    ):
        own = narrowed(tags, (tag,))
        for code, records in known.others.items():
            value = compute_tags(own, Known(records, known.feeds, known.series), as_of)[tag].value
            if value is not None:
                found.setdefault(tag, {})[key_of(code)] = value
    return found


def _extract(tags: TagCatalogue, records: Iterable[Record]) -> dict[str, list[Row]]:
    extractors, rows = _extractors(tags), dict[str, list[Row]]()
    for dataset, items in _by_dataset(records).items():
        if extractor := extractors.get(dataset):
            rows[dataset] = [extractor.row(item.fields) for item in items]
    return rows


def _by_dataset(records: Iterable[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for item in records:
        found.setdefault(item.dataset, []).append(item)
    return found


@lru_cache(maxsize=8)
def _extractors(tags: TagCatalogue) -> dict[str, Extractor]:
    return {name: Extractor(name, source) for name, source in tags.sources.items() if not source.union}


@lru_cache(maxsize=8)
def _no_series(planned: Plan) -> References:
    return References(planned, {})
