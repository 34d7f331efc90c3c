"""A mapping that reads one column more than another does, as a person says: this column is that field. Pure."""

import msgspec

from connectors.conversion.binding import Binding
from connectors.conversion.headings import split_unit
from connectors.conversion.normalise import UNITS
from connectors.conversion.units import ratio
from connectors.drafting.taken import CODES, KIND, NAME
from connectors.model.mapping import Column, Mapping


def read_as(binding: Binding, heading: str, use: str) -> Mapping:
    """Return the binding's mapping with a column read as a field, or as the party's name, code or kind.

    It stands in the place of that mapping: under its id, with the next version. An amount's unit is read off the
    heading. Raises KeyError where the dataset has no such field.
    """
    known, party = binding.mapping, binding.mapping.party
    amended = msgspec.structs.replace(known, version=known.version + 1)
    if use == NAME:
        return msgspec.structs.replace(amended, party=msgspec.structs.replace(party, name=[heading, *party.name]))
    if use == CODES:
        return msgspec.structs.replace(amended, party=msgspec.structs.replace(party, codes=[*party.codes, heading]))
    if use == KIND:
        return msgspec.structs.replace(amended, party=msgspec.structs.replace(party, kind=[*party.kind, heading]))
    field, unit = binding.dataset.fields[use], split_unit(heading)[1]
    known_unit = unit in UNITS if field.type == "money" else ratio(unit, field.unit) is not None
    column = known.fields.get(use, Column())
    column = Column(
        from_=[heading], unit=unit if unit and known_unit else column.unit, codes=column.codes, nulls=column.nulls
    )
    return msgspec.structs.replace(amended, fields={**known.fields, use: column})


def write_mapping(mapping: Mapping) -> bytes:
    """Return a file of this one mapping, as connectors/catalogue/files_check.py reads it: JSON is YAML."""
    return msgspec.json.encode([mapping])
