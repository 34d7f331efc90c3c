"""Records-to-be with what is personal in them sealed, before anything of them is written.

What is sealed: fields marked personal in the catalogue ("always", or "sole_trader" where the party is one person), and
of one person also the record's name. In the business key a name or a personal field stands as a keyed hash.
"""

import asyncio
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

import orjson

from connectors.conversion.identifiers import Kind
from connectors.conversion.keys import PARTY, business_keys, former_name_key
from connectors.conversion.sole_traders import is_sole_trader
from connectors.model.datasets import Dataset
from connectors.model.folding import name_key
from connectors.personal.sealing import Connection, SubjectKeys, is_sealed, is_under

OF_OTHERS = "〔他人信息已隐去〕"


class Opening(Enum):
    """Which personal values of a record a reader sees: all, those about the party itself, none."""

    ALL = "all"
    OWN = "own"
    NONE = "none"


class Row(NamedTuple):
    """What of a record-to-be may be personal. `kind` and `value` are its identifier's, `value` empty for a name alone;
    `organisation` is the organisation code inside it.
    """

    key: str
    kind: str
    value: str
    organisation: str | None
    name: str
    canonical: bytes
    former: str | None = None


class Protected(NamedTuple):
    """The same to be stored: found by `resolved_by`, matched by `name_hash`; the name sealed where it is a person's."""

    key: str
    resolved_by: tuple[str, str]
    name_hash: str
    name: str
    canonical: bytes
    former: str | None


async def protect(keys: SubjectKeys, connection: Connection, dataset: Dataset, rows: Sequence[Row]) -> list[Protected]:
    """Return the rows as they are stored; salts that are missing are made in the caller's transaction."""
    sealer = _Sealer(keys, dataset)
    parties = await asyncio.to_thread(lambda: [sealer.party_of(row) for row in rows])
    await keys.load(connection, {party.former.ref for party in parties if party.former})
    parties = [party.former if party.former and keys.holds(party.former.ref) else party for party in parties]
    await keys.ensure(connection, {party.ref for party in parties if party.ref})
    return await asyncio.to_thread(lambda: [sealer.seal(*given) for given in zip(rows, parties, strict=True)])


def resolved_by(row: Row, name_hash: str) -> tuple[str, str]:
    """Return what a record's subject is found by: its strongest identifier, else the hash of its name."""
    if row.organisation and row.kind != Kind.USCC:
        return "organisation_code", row.organisation
    return (row.kind, row.value) if row.value else ("name", name_hash)


class _Party(NamedTuple):
    """What a row is found by, its name's hash, its reference ("" for nothing personal), whether it is one person.

    `former` is the same by the name as it was compared before: who is sealed, or erased, under that reference stays so.
    """

    by: tuple[str, str]
    name_hash: str
    ref: str
    one: bool
    former: "_Party | None" = None


class _Sealer:
    """What a dataset's records have sealed; worked out once for all rows."""

    def __init__(self, keys: SubjectKeys, dataset: Dataset) -> None:
        self._keys, self._dataset, self._protector = keys, dataset, keys.protector
        self._personal = {one: sorted(personal_fields(dataset, one=one)) for one in (True, False)}
        self._in_key = {one: [name for name in self._personal[one] if name in dataset.key] for one in (True, False)}

    def party_of(self, row: Row) -> _Party:
        """Tell whose a row is, and whether something of it is personal."""
        party, spelled = self._party(row, name_key(row.name)), former_name_key(row.name)
        if row.value or not party.ref or spelled == name_key(row.name):
            return party
        return party._replace(former=self._party(row, spelled))

    def _party(self, row: Row, spelled: str) -> _Party:
        hashed = self._protector.name_hash(spelled)
        by, one = resolved_by(row, hashed), is_sole_trader(row.kind, row.value, row.name)
        return _Party(by, hashed, self._protector.ref_of(*by) if one or self._personal[False] else "", one)

    def seal(self, row: Row, party: _Party) -> Protected:
        """Seal what is personal of a row."""
        if not party.ref:
            return Protected(row.key, party.by, party.name_hash, row.name, row.canonical, row.former)
        record: dict[str, Any] = orjson.loads(row.canonical)
        fields, key, former = record["fields"], row.key, row.former
        hidden = {*self._in_key[party.one], *([PARTY] if party.one and not row.value else [])}
        if hidden:
            hashed = self._protector.name_hash
            key, former = business_keys(self._dataset, row.value, row.name, fields, hidden, hashed)
            record["key"] = key
        for name in self._personal[party.one]:
            if fields.get(name) is not None:
                fields[name] = self._keys.seal_many((party.ref,), name, (fields[name],))[0]
        if party.one:
            record["name"] = self._keys.seal_many((party.ref,), "name", (row.name,))[0]
        canonical = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
        return Protected(key, party.by, party.name_hash, record["name"], canonical, former)


def personal_fields(dataset: Dataset, *, one: bool) -> set[str]:
    """Return the fields that are personal of a party, where it is one person or not."""
    return {name for name, field in dataset.fields.items() if field.personal == "always" or (field.personal and one)}


def opened(
    keys: SubjectKeys, dataset: Dataset, ref: str, record: Mapping[str, Any], opening: Opening
) -> dict[str, Any]:
    """Return a canonical record with its personal values opened, for who may read them; None where they were erased.

    Only what is sealed under the record's own reference is opened: other text in that form came so in a delivery.
    For the enterprise itself what is personal of others, whoever they are to it, is masked, sealed or not.
    """
    personal = personal_fields(dataset, one=True)
    others = personal_fields(dataset, one=False) if opening is Opening.OWN else set()

    def read(field: str, value: object) -> object:
        if field in others and value is not None:
            return OF_OTHERS
        if not (is_sealed(value) and is_under(ref, value)):
            return value
        return keys.open_many(field, [value])[0]

    fields = {name: read(name, value) if name in personal else value for name, value in record["fields"].items()}
    return {**record, "fields": fields, "name": read("name", record["name"])}
