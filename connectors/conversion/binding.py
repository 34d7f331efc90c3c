"""A mapping bound to one delivery's header: which column each field is read from. Pure.

Of a dataset's mappings, the one that finds every required column, and of those the one that finds most, is taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.errors import MalformedError
from connectors.model.datasets import Dataset, Field
from connectors.model.mapping import Column, Header, Mapping


class MissingColumnsError(MalformedError):
    """The header lacks columns that the nearest mapping requires; `missing` names them."""

    def __init__(self, missing: set[str]) -> None:
        super().__init__(
            f"缺少列 missing columns: {'、'.join(sorted(missing))}；列名不同的，请改列名，或请运营方草拟映射 "
            "where columns go by other names, rename them, or have the operator draft a mapping (xinqiao agency draft)"
        )
        self.missing = missing


@dataclass(frozen=True)
class BoundField:
    """A field, how it is read, the places of its columns in order of preference, and whether it is part of the key."""

    name: str
    field: Field
    column: Column
    places: list[int]
    within: list[int]
    keyed: bool = False
    foreign: bool = False  # an amount whose currency another field tells


@dataclass(frozen=True)
class Binding:
    """A mapping and the places of all that it names."""

    dataset: Dataset
    mapping: Mapping
    header: list[str]
    fields: list[BoundField]
    names: list[int]
    codes: list[int]
    kinds: list[int]
    producers: list[int]
    authorities: list[int]
    fill_down: list[int]

    @property
    def found(self) -> int:
        """How many fields have a column."""
        return sum(bool(bound.places) for bound in self.fields)

    @property
    def unused(self) -> list[str]:
        """The columns no field is read from."""
        used = {place for bound in self.fields for place in (*bound.places, *bound.within)}
        used.update(self.names, self.codes, self.kinds, self.producers, self.authorities)
        return [name for place, name in enumerate(self.header) if place not in used and name]

    def provenance(self) -> dict[str, Any]:
        """Return what a batch keeps: the mapping's version and, for every field, its columns and what was done."""
        return {
            "mapping": f"{self.mapping.id}/{self.mapping.version}",
            "party": {"name": self._named(self.names), "codes": self._named(self.codes)},
            "fields": {
                bound.name: {"columns": self._named(bound.places), "transform": _transform(bound)}
                for bound in self.fields
            },
            "unused": self.unused,
        }

    def _named(self, places: Sequence[int]) -> list[str]:
        return [self.header[place] for place in places]


def bind(dataset: Dataset, header: Sequence[str]) -> Binding:
    """Bind the fitting mapping. Raises MissingColumnsError that names the required columns the nearest one lacks."""
    found = Header(header)
    candidates = [_bound(dataset, mapping, found) for mapping in dataset.spellings() if not found.find(mapping.without)]
    missing = [_missing(candidate) for candidate in candidates]
    fitting = [candidate for candidate, lacks in zip(candidates, missing, strict=True) if not lacks]
    if not fitting:
        raise MissingColumnsError(min(missing, key=len))
    return max(fitting, key=lambda candidate: candidate.found)


def _bound(dataset: Dataset, mapping: Mapping, header: Header) -> Binding:
    fields, foreign = [], any(field.type == "currency" for field in dataset.fields.values())
    for name, field in dataset.fields.items():
        column = mapping.fields.get(name, Column())
        places = header.find([*column.from_, name, field.zh])
        fields.append(
            BoundField(name, field, column, places, header.find(column.fine_within), name in dataset.key, foreign)
        )
    party, producer = mapping.party, mapping.producer
    return Binding(
        dataset, mapping, header.names, fields, header.find(party.name)[:1], header.find(party.codes),
        header.find(party.kind), header.find(producer.name)[:1], header.find(producer.codes),
        header.find(mapping.fill_down),
    )  # fmt: skip


def _missing(binding: Binding) -> set[str]:
    missing = {
        "/".join(dict.fromkeys([*bound.column.from_, bound.field.zh]))
        for bound in binding.fields
        if bound.field.required and not bound.places
    }
    return missing if binding.names else missing | {"/".join(binding.mapping.party.name)}


def _transform(bound: BoundField) -> str:
    """Say in one line what is done to the cells, for people who ask where a value comes from."""
    said: list[str] = [bound.field.type]
    if bound.field.unit or bound.column.unit:
        said.append(f"{bound.column.unit or bound.field.unit}→{bound.field.unit or '1'}")
    said += [f"extract {bound.column.extract}"] if bound.column.extract else []
    said += ["day first"] if bound.column.day_first else []
    said += ["codes"] if bound.column.codes else []
    said += ["first filled"] if bound.column.first_filled else []
    return ", ".join(said)
