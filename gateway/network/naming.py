"""Who the other party of a record is: an enterprise by its code or name, a person by a keyed hash. Pure.

A person is the same party at two enterprises only where both give the same number, whole; one whose number is masked
or missing is a party of that enterprise alone, for many persons share a name.
"""

from collections.abc import Sequence
from typing import NamedTuple

from connectors.conversion.identifiers import Kind, read_identifier
from connectors.conversion.sole_traders import is_organisation_name
from connectors.model.folding import code_key, name_key
from connectors.personal.sealing import Protector

PERSONS = frozenset({"person", "named"})  # what persons are known by
PLACE = "address"
_ENTERPRISES = frozenset({Kind.USCC, Kind.REGISTRATION, Kind.ORGANISATION, Kind.TAX})


class Party(NamedTuple):
    """A party: what it is known by. Of an enterprise that is a kind of identifier: a subject may be known by it."""

    known_by: str
    value: str


def party_of(protector: Protector, said_by: int, name: str | None, code: str | None) -> Party | None:
    """Return whom a record of an enterprise means, None where it names nobody."""
    identifier = read_identifier(code)
    kind = identifier.kind
    if kind in _ENTERPRISES:  # by the organisation code inside, where there is one: what subjects are known by
        by_code = Party(Kind.ORGANISATION.value, identifier.organisation or "")
        return by_code if identifier.organisation else Party(kind.value, identifier.value)
    if name and is_organisation_name(name):
        return Party("name", protector.name_hash(name_key(name)))
    if code and kind not in {Kind.EMPTY, Kind.MASKED}:
        return Party("person", protector.ref_of("network-person", code_key(code)))
    if name and name_key(name):
        return Party("named", protector.ref_of("network-named", f"{said_by}\n{name_key(name)}"))
    return None


def place_of(protector: Protector, address: str) -> Party | None:
    """Return the place that an address names, as addresses are compared."""
    spelled = name_key(address)
    return Party(PLACE, protector.ref_of("network-address", spelled)) if spelled else None


def enterprises(parties: Sequence[Party]) -> list[Party]:
    """Return those that a subject may be known by."""
    return [party for party in parties if party.known_by not in PERSONS and party.known_by != PLACE]
