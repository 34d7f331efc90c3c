"""What is computed for one day, as plan.py makes it and an engine reads it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from scoring_adapter.tags.bounds import Test
from scoring_adapter.tags.declaration import As, Tag, Take
from scoring_adapter.tags.reading import EPOCH

Taken = Take | Literal["span", ""]  # span: from the least to the greatest, both counted


@dataclass(frozen=True)
class PlannedReference:
    """A column taken from a series: pairs of our column and its, the column taken, which of its rows count."""

    dataset: str
    by: tuple[tuple[str, str], ...]
    take: str
    tests: tuple[Test, ...]


@dataclass(frozen=True)
class PlannedSource:
    """Where rows come from. `columns` are those of the datasets themselves that parts, joins and `once` need."""

    name: str
    members: tuple[str, ...]
    columns: tuple[str, ...]
    once: str
    references: Mapping[str, PlannedReference]
    others: Mapping[str, tuple[str, str]]  # column → the key column that names the enterprise, its tag


@dataclass(frozen=True)
class PlannedPart:
    """One integer out of a source's rows that pass all tests; `at` is their time, where it is needed."""

    name: str
    source: str
    take: Taken
    field: str
    at: str
    tests: tuple[Test, ...]
    per: str = ""
    each: Taken = ""

    @property
    def is_count(self) -> bool:
        """Whether it is 0, not nothing, where there are no rows."""
        return self.take in {"count", "distinct"}


@dataclass(frozen=True)
class PlannedTag:
    """A tag and its parts' names. `kind`: of the part's values; `digits`: of the rate that `over` is."""

    tag: Tag
    part: str
    over: str
    kind: As
    digits: int


@dataclass(frozen=True, eq=False)
class Plan:
    """What is computed for one day; `layouts` are the declared columns of every dataset, in order."""

    as_of: date
    sources: Mapping[str, PlannedSource]
    parts: Mapping[str, PlannedPart]
    tags: tuple[PlannedTag, ...]
    layouts: Mapping[str, tuple[str, ...]]

    @property
    def day(self) -> int:
        """The day asked about, as days since 1970-01-01."""
        return self.as_of.toordinal() - EPOCH

    @cached_property
    def nothing(self) -> dict[str, int | None]:
        """The parts of an enterprise without any rows."""
        return {name: 0 if part.is_count else None for name, part in self.parts.items()}

    @cached_property
    def parts_of(self) -> dict[str, list[PlannedPart]]:
        """The parts of every source."""
        return {name: [part for part in self.parts.values() if part.source == name] for name in self.sources}
