"""What parties of a portrait are called: enterprises on record by code and name, everybody else by a number.

The number is one of this answer alone, so that two answers cannot be laid beside one another: of persons, of
individually owned businesses, whose names are persons', and of who is not on record here, who may be either. Names are
those of the registration that was known at the moment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.conversion.identifiers import Kind
from connectors.conversion.sole_traders import is_sole_trader
from connectors.personal.sealing import is_sealed
from connectors.records.beyond import load_others
from connectors.records.portfolio import ShownRecord
from gateway.inquiries.portrait.rules import REGISTRATION
from gateway.network.network_of import PartyFound

ENTERPRISE, SOLE_TRADER, PERSON = "enterprise", "sole_trader", "person"
KINDS = (ENTERPRISE, SOLE_TRADER, PERSON)


@dataclass(frozen=True)
class Called:
    """What a party is called: its code or its number here, what it is, and the name of an enterprise on record; of a
    person who consented to be named, the digest that stands for their name.
    """

    id: str
    kind: str
    name: str | None = None
    named: str | None = None

    def members(self) -> dict[str, Any]:
        """Return it as answers have it."""
        told = {"id": self.id, "kind": self.kind, "name": self.name}
        return told if self.named is None else {**told, "named": self.named}


async def call_parties(
    session: AsyncSession, numbers: Iterable[int], found: Mapping[int, PartyFound], subject: int, as_of: date,
    known_at: datetime | None, persons: Mapping[int, str],
) -> dict[int, Called]:  # fmt: skip
    """Return what parties are called, numbered in the order in which they are given; `persons` are the digests of the
    names of those who consented to be named.
    """
    ordered = list(dict.fromkeys(numbers))
    parties = {number: found.get(number, PartyFound(number)) for number in ordered}
    codes = [code for one in parties.values() if (code := _code(one))]
    records = await load_others(session, codes, {REGISTRATION}, as_of, known_at) if codes else {}
    names = {code: _name(rows) for code, rows in records.items()}
    called: dict[int, Called] = {}
    count = dict.fromkeys(KINDS, 0)
    for number, party in parties.items():
        code = _code(party)
        kind = ENTERPRISE if number == subject else _kind(party, code)
        if kind == ENTERPRISE and code:
            called[number] = Called(code, kind, names.get(code))
        else:
            count[kind] += 1
            called[number] = Called(f"{kind.replace('_', '-')}-{count[kind]}", kind, named=persons.get(number))
    return called


def is_numbered(party: str) -> bool:
    """Tell whether what a party is called is a number, and no code."""
    return "-" in party


def _kind(party: PartyFound, code: str | None) -> str:
    if party.person:
        return PERSON
    return SOLE_TRADER if code and is_sole_trader(Kind.USCC, code, "") else ENTERPRISE


def _code(party: PartyFound) -> str | None:
    return party.subject.uscc if party.subject else None


def _name(records: Sequence[ShownRecord]) -> str | None:
    """Return the name in a registration that counts and is nobody's personal data."""
    for record in records:
        name = record.fields.get("entity_name")
        if not record.objected and isinstance(name, str) and not is_sealed(name):
            return name
    return None
