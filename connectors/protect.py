"""Records-to-be with what is personal in them sealed, before anything of them is written.

What is sealed: fields marked personal in the catalogue ("always", or "sole_trader" where the party is one person), and
of one person also the record's name. In the business key a name or a personal field stands as a keyed hash.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from connectors.datasets import Dataset
from connectors.keys import business_key
from connectors.personal import Connection, Protector, SubjectKeys, is_sealed, is_under
from connectors.sole_traders import is_sole_trader
from connectors.subjects import name_key


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


class Protected(NamedTuple):
    """The same to be stored: found by `resolved_by`, matched by `name_hash`; the name sealed where it is a person's."""

    key: str
    resolved_by: tuple[str, str]
    name_hash: str
    name: str
    canonical: bytes


async def protect(keys: SubjectKeys, connection: Connection, dataset: Dataset, rows: Sequence[Row]) -> list[Protected]:
    """Return the rows as they are stored; salts that are missing are made in the caller's transaction."""
    plain = await asyncio.to_thread(_open_rows, keys.protector, dataset, rows)
    await keys.ensure(connection, {ref for _, ref, _ in plain if ref})
    return await asyncio.to_thread(
        lambda: [_sealed(keys, dataset, row, *found) for row, found in zip(rows, plain, strict=True)]
    )


def resolved_by(protector: Protector, row: Row) -> tuple[str, str]:
    """Return what a record's subject is found by: its strongest identifier, else the hash of its name."""
    if row.organisation and row.kind != "uscc":
        return "organisation_code", row.organisation
    if row.value:
        return row.kind, row.value
    return "name", protector.name_hash(name_key(row.name))


def _open_rows(protector: Protector, dataset: Dataset, rows: Sequence[Row]) -> list[tuple[tuple[str, str], str, bool]]:
    """Return what each row is found by, its party's reference ("" for nothing personal), if it is one person."""
    always = any(field.personal == "always" for field in dataset.fields.values())
    found = []
    for row in rows:
        by, one = resolved_by(protector, row), is_sole_trader(row.kind, row.value, row.name)
        found.append((by, protector.ref_of(*by) if one or always else "", one))
    return found


def _sealed(
    keys: SubjectKeys,
    dataset: Dataset,
    row: Row,
    by: tuple[str, str],
    ref: str,
    one: bool,  # noqa: FBT001
) -> Protected:
    hashed = keys.protector.name_hash(name_key(row.name))
    if not ref:
        return Protected(row.key, by, hashed, row.name, row.canonical)
    record: dict[str, Any] = orjson.loads(row.canonical)
    fields, personal = record["fields"], personal_fields(dataset, one=one)
    parts = {name: keys.protector.name_hash(str(fields[name])) for name in personal if fields.get(name) is not None}
    party = row.value or (hashed if one else name_key(row.name))
    record["key"] = key = business_key(dataset, party, {**fields, **parts})
    for name in personal & fields.keys():
        fields[name] = keys.seal_many([ref], name, [fields[name]])[0]
    if one:
        record["name"] = keys.seal_many([ref], "name", [row.name])[0]
    return Protected(key, by, hashed, record["name"], orjson.dumps(record, option=orjson.OPT_SORT_KEYS))


def personal_fields(dataset: Dataset, *, one: bool) -> set[str]:
    """Return the fields that are personal of a party, where it is one person or not."""
    return {name for name, field in dataset.fields.items() if field.personal == "always" or (field.personal and one)}


def opened(keys: SubjectKeys, dataset: Dataset, ref: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a canonical record with its personal values opened, for who may read them; None where they were erased.

    Only what is sealed under the record's own reference is opened: other text in that form came so in a delivery.
    """
    personal = personal_fields(dataset, one=True)

    def read(field: str, value: object) -> object:
        if not (is_sealed(value) and is_under(ref, value)):
            return value
        return keys.open_many(field, [value])[0]

    fields = {name: read(name, value) if name in personal else value for name, value in record["fields"].items()}
    return {**record, "fields": fields, "name": read("name", record["name"])}
