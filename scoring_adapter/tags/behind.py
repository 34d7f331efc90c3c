"""The records behind a tag: those of an enterprise that count in one of its parts. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.declaration import Tag
from scoring_adapter.tags.extract import Extractor
from scoring_adapter.tags.plan import plan
from scoring_adapter.tags.planned import PlannedPart


class Record(Protocol):
    """A record that counts: its dataset, and its fields as JSON without floats."""

    @property
    def dataset(self) -> str:
        """Which dataset it is of."""

    @property
    def fields(self) -> Mapping[str, Any]:
        """What stands in it."""


Held = TypeVar("Held", bound=Record)


def behind(tags: TagCatalogue, tag: Tag, records: Sequence[Held], as_of: date) -> list[Held]:
    """Return the records that count in a part of a tag.

    What a part asks of a column that is taken from elsewhere is not asked here; of several records of one document,
    which count once, all are told.
    """
    planned = plan(tags, as_of)
    own = next(one for one in planned.tags if one.tag.id == tag.id)
    parts = [planned.parts[name] for name in (own.part, own.over) if name]
    counts = {
        dataset: [part for part in parts if dataset in planned.sources[part.source].members]
        for dataset in {item.dataset for item in records}
    }
    return [item for item in records if any(_counts(tags, part, item) for part in counts[item.dataset])]


def _counts(tags: TagCatalogue, part: PlannedPart, item: Record) -> bool:
    extractor = _extractor(tags, item.dataset)
    row = dict(zip(extractor.columns, extractor.row(item.fields), strict=True))
    return all(test.passes(row[test.column]) for test in part.tests if test.column in row)


@lru_cache(maxsize=512)
def _extractor(tags: TagCatalogue, dataset: str) -> Extractor:
    return Extractor(dataset, tags.sources[dataset])
