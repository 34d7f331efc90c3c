"""Persons in an enterprise's own records, found by their number: opened only for those who consented to be named.

Somebody is the person whom a consent names where a record of the enterprise gives, whole, the number that the consent's
hash was made of; names are never compared.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import datasets
from connectors.personal.protect import Opening, opened
from connectors.personal.sealing import Protector, SubjectKeys, is_sealed
from gateway.consents.holders import find_holder
from gateway.network.lens import Lens, on
from gateway.runtime.database import raw
from scoring_adapter.network.declared import RELATIONS

# What the enterprise's own records, as this reading knows them, say of persons whose number is given whole.
_OWN = text(f"""
    SELECT -p.number AS party, r.record_id, r.dataset, r.identifier_type AS kind, r.identifier_value AS value,
           r.canonical
    FROM network_edge e
    JOIN network_party p ON p.known_by = 'person' AND p.number IN (-e.source, -e.target)
    JOIN record r ON r.record_id = e.record_id
    WHERE e.said_by = :about AND r.canonical IS NOT NULL AND {on()}
    ORDER BY r.dataset, r.record_id
""")  # noqa: S608 - our own words


@dataclass(frozen=True)
class Recorded:
    """A person whom a record names: their number in the network, their name, and a salt that is the record's own."""

    party: int
    name: str
    salt: str


async def find_recorded(
    session: AsyncSession, protector: Protector, lens: Lens, persons: Collection[str]
) -> dict[str, Recorded]:
    """Return which of these persons the enterprise's own records name, by their hashes."""
    rows = (await session.execute(_OWN, lens.values())).all() if persons else []
    keys = SubjectKeys(protector)
    refs = {row.record_id: protector.ref_of(row.kind, row.value) for row in rows}
    await keys.load(await raw(session), set(refs.values()))
    found: dict[str, Recorded] = {}
    for row in rows:
        name, number = _said(keys, row, refs[row.record_id])
        person = find_holder(protector, number) if number else None
        if name and person is not None and person in persons:
            found.setdefault(person, Recorded(row.party, name, _salt(protector, row.record_id)))
    return found


def _said(keys: SubjectKeys, row: Row[Any], ref: str) -> tuple[str, str]:
    """Return a person's name and number as a record says them, "" for what it does not say or is erased."""
    relation, record = RELATIONS[row.dataset], orjson.loads(row.canonical)
    fields = opened(keys, datasets()[row.dataset], ref, record, Opening.ALL)["fields"]
    said = (fields.get(relation.name), fields.get(relation.code))
    name, number = ("" if not isinstance(one, str) or is_sealed(one) else one for one in said)
    return name, number


def _salt(protector: Protector, record_id: UUID) -> str:
    return protector.ref_of("portrait-name", str(record_id))
