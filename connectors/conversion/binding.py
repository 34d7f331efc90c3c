"""A mapping bound to one delivery's header: which column each field is read from. Pure.

Which of a dataset's mappings is taken (docs/mappings.md), whatever order they stand in:
1. Those that fit: their required columns are there, and none of `without`.
2. Of these, those that leave out no column of codes or of the party's kind that another of them reads.
3. The one that finds most of what it names, columns of the party and the producer among it; then the one that leaves
   fewest columns unread; then one that is declared rather than the standard's own spelling.
4. Of several that are left and read the same columns alike, the one that knows all words and patterns of the others;
   where there is none such, a person decides.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as member
from typing import Any

import msgspec

from connectors.conversion.binding_errors import AmbiguousMappingError, MissingColumnsError
from connectors.conversion.headings import split_unit
from connectors.conversion.normalise import UNITS
from connectors.conversion.units import ratio
from connectors.model.datasets import Dataset, Field
from connectors.model.mapping import CodesWhere, Column, Header, Mapping, place_name


@dataclass(frozen=True)
class BoundField:
    """A field, how it is read, the places it is read from, and whether it is part of the key.

    One place, unless its column is joined or the first that is filled. `within` are sentences that hold a fine.
    """

    name: str
    field: Field
    column: Column
    places: list[int]
    within: list[int]
    keyed: bool = False
    foreign: bool = False  # an amount whose currency another field tells
    where: list[tuple[int, CodesWhere]] = member(default_factory=list)

    @property
    def is_read(self) -> bool:
        """Whether rows say anything of it."""
        return bool(self.places or self.column.value)

    @property
    def looked_at(self) -> list[int]:
        """Every place that has a say in its value."""
        return [*self.places, *self.within, *(place for place, _ in self.where)]

    def says_all_of(self, other: "BoundField") -> bool:
        """Tell whether it is read from the same places in the same way, with all words and the pattern of another."""
        if not (self.is_read or other.is_read):
            return True
        mine, its = self.column, other.column
        words = {*mine.nulls} >= {*its.nulls} and mine.codes.items() >= its.codes.items()
        more = words and its.extract in {"", mine.extract} and all(where in self.where for where in other.where)
        return more and self.way == other.way

    @property
    def way(self) -> tuple[Any, ...]:
        """From where and how it is read, but for words and patterns."""
        column = self.column
        unit, joined = column.unit or self.field.unit, (column.join, column.first_filled and len(self.places) > 1)
        return self.places, self.within, unit, column.value, joined, column.day_first


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
        """How much of what it names is there: fields, columns of the party and of the producer, merged ones."""
        roles = (self.names, self.codes, self.kinds, self.producers, self.authorities, self.fill_down)
        return sum(bound.is_read for bound in self.fields) + sum(map(len, roles))

    @property
    def unread(self) -> list[int]:
        """The places of the columns nothing is read from."""
        read = {place for bound in self.fields for place in bound.looked_at}
        read.update(self.names, self.codes, self.kinds, self.producers, self.authorities)
        return [place for place in range(len(self.header)) if place not in read]

    @property
    def unused(self) -> list[str]:
        """The headings of the columns nothing is read from."""
        return [self.header[place] for place in self.unread if self.header[place]]

    def label(self, place: int) -> str:
        """Return what a column is called: its heading, or its place where it has none."""
        return self.header[place] or place_name(place)

    def says_all_of(self, other: "Binding") -> bool:
        """Tell whether it reads what another binding reads in the same way, and knows all its words and patterns."""
        mine, its = self.mapping, other.mapping
        same = (self.names, self.codes, self.producers, self.fill_down) == (
            other.names, other.codes, other.producers, other.fill_down,
        )  # fmt: skip
        words = {*mine.party.nulls} >= {*its.party.nulls} and {*mine.footers} >= {*its.footers}
        return same and words and all(map(BoundField.says_all_of, self.fields, other.fields))

    def covers(self, other: "Binding") -> bool:
        """Tell whether it leaves out no column of codes or of the party's kind that another binding reads."""
        codes = {*self.codes, *self.authorities}
        return set(other.kinds) <= set(self.kinds) and codes >= {*other.codes, *other.authorities}

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
        return [self.label(place) for place in places]


_KNOWN: OrderedDict[tuple[int, tuple[str, ...]], Binding] = OrderedDict()
_MOST_KNOWN, _WIDEST_KNOWN = 256, 2_000  # bindings; characters of a header


def bind(dataset: Dataset, header: Sequence[str]) -> Binding:
    """Bind the fitting mapping. The headers an agency sends day after day are bound once.

    Raises MissingColumnsError that names the required columns the nearest one lacks, AmbiguousMappingError.
    """
    key = (id(dataset), tuple(header))  # a binding keeps its dataset, so that no other takes its place in memory
    if known := _KNOWN.get(key):
        return known
    binding = _bind(dataset, header)
    if sum(map(len, header)) <= _WIDEST_KNOWN:
        _KNOWN[key] = binding
        while len(_KNOWN) > _MOST_KNOWN:
            _KNOWN.popitem(last=False)
    return binding


def _bind(dataset: Dataset, header: Sequence[str]) -> Binding:
    found = Header(header)
    spellings = [mapping for mapping in dataset.spellings() if (mapping.header == "none") == found.nameless]
    candidates = [_bound(dataset, mapping, found) for mapping in spellings if not found.find(mapping.without)]
    tried = [(candidate, _missing(candidate)) for candidate in candidates]
    fitting = [candidate for candidate, lacks in tried if not lacks]
    if not fitting:
        nearest, lacks = min(tried, key=lambda one: len(one[1]), default=(None, set[str]()))
        raise MissingColumnsError(lacks, nearest.unused if nearest else header, nearest)
    chosen = fitting[0] if len(fitting) == 1 else _choose(fitting)
    # What any mapping of the dataset knows as the party's kind tells natural persons apart, whichever is taken.
    kinds = [name for mapping in dataset.spellings() for name in mapping.party.kind]
    return replace(chosen, kinds=found.find([*chosen.mapping.party.kind, *kinds]))


def fits(dataset: Dataset, header: Sequence[str]) -> list[tuple[Mapping, int, list[str]]]:
    """Return every mapping of a dataset, how much it names that a header has, and the required columns that lack."""
    found = Header(header)
    bound = [_bound(dataset, mapping, found) for mapping in dataset.spellings()]
    return [(binding.mapping, binding.found, sorted(_missing(binding))) for binding in bound]


def _choose(fitting: Sequence[Binding]) -> Binding:
    """Return the one of several that is taken. Raises AmbiguousMappingError."""
    whole = [binding for binding in fitting if all(binding.covers(other) for other in fitting)]
    if not whole:
        one, other = sorted(fitting, key=lambda binding: (_rank(binding), binding.mapping.id), reverse=True)[:2]
        raise _ambiguous(one, other)
    top = max(map(_rank, whole))
    tied = sorted((binding for binding in whole if _rank(binding) == top), key=_explicit)
    for binding in tied:
        if all(binding.says_all_of(other) for other in tied):
            return binding
    raise _ambiguous(tied[0], next(other for other in tied if not tied[0].says_all_of(other)))


def _ambiguous(one: Binding, other: Binding) -> AmbiguousMappingError:
    return AmbiguousMappingError(one.mapping.id, other.mapping.id, one.found)


def _explicit(binding: Binding) -> tuple[int, str]:
    """Order mappings that read alike, and so may stand for each other, by how many fields they name themselves."""
    return -sum(bound.is_read and bound.name in binding.mapping.fields for bound in binding.fields), binding.mapping.id


def _rank(binding: Binding) -> tuple[int, int, bool]:
    """Return what decides among mappings that fit."""
    return binding.found, -len(binding.unread), binding.mapping in binding.dataset.mappings


def _bound(dataset: Dataset, mapping: Mapping, header: Header) -> Binding:
    foreign = any(field.type == "currency" for field in dataset.fields.values())
    fields = [
        bind_field(name, field, mapping.fields.get(name, Column()), header, keyed=name in dataset.key, foreign=foreign)
        for name, field in dataset.fields.items()
    ]
    party, producer = mapping.party, mapping.producer
    return Binding(
        dataset, mapping, header.names, fields, header.find(party.name)[:1], header.find(party.codes),
        header.find(party.kind), header.find(producer.name)[:1], header.find(producer.codes),
        header.find(mapping.fill_down),
    )  # fmt: skip


def bind_field(
    name: str, field: Field, column: Column, header: Header, *, keyed: bool, foreign: bool = False
) -> BoundField:
    """Bind one field to the columns that are there."""
    if column.value:
        return BoundField(name, field, column, [], [], keyed, foreign)
    names = [*column.from_, name, field.zh]
    places = header.find(column.from_ if column.join is not None else names)
    if not places and field.type in {"money", "number"} and column.join is None:
        others = list(_in_another_unit(field, names, header))
        if len(others) == 1:
            place, unit = others[0]
            places, column = [place], msgspec.structs.replace(column, unit=unit)
    if column.join is not None:
        places = places if len(places) == len(column.from_) else []
    elif not column.first_filled:
        places = places[:1]
    where = [(place, where) for where in column.codes_where for place in header.find([where.column])]
    return BoundField(name, field, column, places, header.find(column.fine_within), keyed, foreign, where)


def _in_another_unit(field: Field, names: Sequence[str], header: Header) -> Iterator[tuple[int, str]]:
    """Yield the columns that go by one of these names but for the unit in brackets, and that unit: 罚款金额（元）."""
    wanted = {split_unit(name)[0] for name in names}
    for place, heading in enumerate(header.names):
        base, unit = split_unit(heading)
        known = unit in UNITS if field.type == "money" else ratio(unit, field.unit) is not None
        if unit and known and base in wanted:
            yield place, unit


def _missing(binding: Binding) -> set[str]:
    missing = {
        "/".join(dict.fromkeys([*bound.column.from_, bound.field.zh]))
        for bound in binding.fields
        if bound.field.required and not bound.is_read
    }
    missing |= {
        where.column
        for bound in binding.fields
        for where in bound.column.codes_where
        if bound.is_read and where not in [there for _, there in bound.where]
    }
    return missing if binding.names else missing | {"/".join(binding.mapping.party.name)}


def _transform(bound: BoundField) -> str:
    """Say in one line what is done to the cells, for people who ask where a value comes from."""
    said: list[str] = [bound.field.type]
    if bound.field.unit or bound.column.unit:
        said.append(f"{bound.column.unit or bound.field.unit}→{bound.field.unit or '1'}")
    said += [f"value {bound.column.value}"] if bound.column.value else []
    said += [f"joined by {bound.column.join!r}"] if bound.column.join is not None else []
    said += [f"extract {bound.column.extract}"] if bound.column.extract else []
    said += ["day first"] if bound.column.day_first else []
    said += ["codes"] if bound.column.codes else []
    said += [f"codes where {where.column} is {'/'.join(where.is_)}" for _, where in bound.where]
    said += ["first filled"] if bound.column.first_filled else []
    return ", ".join(said)
