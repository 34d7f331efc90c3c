"""The columns of a delivery, as headings are compared, and what is read from each. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.conversion.binding import Binding, bind
from connectors.errors import MalformedError
from connectors.model.datasets import Dataset
from connectors.model.folding import heading_key

PARTY, ROW = "party", "row"  # what refusals stand under that belong to no field


@dataclass(frozen=True)
class Layout:
    """A delivery's columns: heading key → name as written; and which field or role is read from which of them."""

    names: Mapping[str, str]
    read: Mapping[str, str]


def layout_of(binding: Binding) -> Layout:
    """Return a bound delivery's layout."""
    keys = header_key(binding.header)
    names = {key: name for key, name in zip(keys, binding.header, strict=True) if key}
    roles = {
        "party.name": binding.names, "party.codes": binding.codes, "party.kind": binding.kinds,
        "producer.name": binding.producers, "producer.codes": binding.authorities,
    }  # fmt: skip
    read = {keys[place]: role for role, places in roles.items() for place in places}
    read |= {keys[place]: bound.name for bound in binding.fields for place in bound.looked_at}
    return Layout(names, read)


def known_layout(dataset: Dataset, keys: Sequence[str]) -> Layout:
    """Return an earlier delivery's layout; where today's mappings no longer fit it, every column counts as read."""
    try:
        return layout_of(bind(dataset, keys))
    except MalformedError:
        names = {key: key for key in header_key(keys) if key}  # they may have been compared otherwise then
        return Layout(names, names)


def header_key(header: Sequence[str]) -> list[str]:
    """Return the headings as they are compared, in their order."""
    return [heading_key(name) for name in header]


def layout_id(dataset: Dataset, keys: Sequence[str]) -> bytes:
    """Return what a layout is found by: SHA-256, 16 bytes of it, over agency, dataset and the columns in no order."""
    parts = [dataset.agency, dataset.dataset, *sorted(keys)]
    return hashlib.sha256("\x1f".join(parts).encode()).digest()[:16]


def field_of_column(binding: Binding) -> dict[str, str]:
    """Return which field, or PARTY, a column's refusals belong to; refusals without a column belong to ROW."""
    label = binding.label
    owners = {label(place): PARTY for place in (*binding.names, *binding.codes, *binding.kinds)}
    owners |= {bound.name: bound.name for bound in binding.fields}
    owners |= {label(place): bound.name for bound in binding.fields for place in bound.places}
    return {**owners, "": ROW}
