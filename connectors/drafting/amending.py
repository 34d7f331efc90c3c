"""A draft of a file that a mapping of the dataset reads already: that mapping, with what the file adds. Pure.

Two mappings that fit one header and read it differently stop every such file, until a person decides. A draft that only
adds to a mapping therefore takes its place: under its id, with the next version.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from connectors.conversion.binding import Binding, bind
from connectors.errors import MalformedError
from connectors.model.datasets import Dataset
from connectors.model.mapping import Column, Mapping, Party, Producer


@dataclass(frozen=True)
class Amended:
    """A spelling to paste, and what the mapping whose place it takes reads already: fields and headings."""

    spelling: Mapping
    fields: frozenset[str] = frozenset()
    headings: frozenset[str] = frozenset()


def amend(dataset: Dataset, headings: Sequence[str], draft: Mapping) -> Amended:
    """Return the draft, or the dataset's own mapping with what the draft adds, where that reads the same columns."""
    try:
        binding = bind(dataset, headings)
    except MalformedError:
        return Amended(draft)
    known = binding.mapping
    if known not in dataset.mappings or not all(_agrees(binding, *field) for field in draft.fields.items()):
        return Amended(draft)
    fields = {**known.fields, **{name: _joined(known, name, column) for name, column in draft.fields.items()}}
    spelling = msgspec.structs.replace(
        known, version=known.version + 1, fields=fields, footers=_both(known.footers, draft.footers),
        party=Party(
            _both(draft.party.name, known.party.name), _both(draft.party.codes, known.party.codes),
            _both(draft.party.kind, known.party.kind), _both(known.party.nulls, draft.party.nulls),
        ),
        producer=Producer(
            _both(draft.producer.name, known.producer.name), _both(draft.producer.codes, known.producer.codes)
        ),
    )  # fmt: skip
    unread = set(binding.unused)
    return Amended(
        spelling,
        frozenset(bound.name for bound in binding.fields if bound.is_read),
        frozenset(heading for heading in binding.header if heading not in unread),
    )


def _agrees(binding: Binding, name: str, column: Column) -> bool:
    """Tell whether the mapping reads a field from where the draft does, or not at all and could in the same way."""
    bound = next(bound for bound in binding.fields if bound.name == name)
    how, seen = bound.column, [binding.header[place] for place in bound.places]
    if not column.from_:
        return True
    if bound.is_read:
        return seen[:1] == column.from_[:1]
    return how.unit == column.unit and not how.extract and how.join is None


def _joined(known: Mapping, name: str, column: Column) -> Column:
    """Return how the mapping reads a field, with the words the draft has found."""
    before = known.fields.get(name)
    if before is None:
        return column
    return msgspec.structs.replace(
        before, from_=_both(before.from_, column.from_), nulls=_both(before.nulls, column.nulls),
        codes={**column.codes, **before.codes}, fine_within=before.fine_within or column.fine_within,
        day_first=before.day_first or column.day_first,
    )  # fmt: skip


def _both(first: Sequence[str], second: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*first, *second]))
