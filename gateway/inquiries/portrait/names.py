"""Names beside a portrait: opened each time it is given, never kept with it.

A name is given where the consent that the answer rests on is in force and the person's own consent with it: taken back,
the next answer, and an earlier one that is taken again, have a number alone. What was erased is no more there to open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from connectors.store.numbers import find_number
from connectors.store.subjects import find_subject
from consent.store import find_consent
from gateway.inquiries.granting import grant_told, limits_of
from gateway.inquiries.portrait.naming import digest_of
from gateway.inquiries.portrait.persons import find_recorded
from gateway.inquiries.portrait.rules import PORTRAIT, open_relations, own_relations
from gateway.network.lens import Lens
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork
from signing.jws import payload_of

IN_FORCE = frozenset({"active", "exhausted"})


@dataclass(frozen=True)
class Name:
    """A person's name, and the salt with which its digest in the answer is made."""

    name: str
    salt: str


async def open_names(work: UnitOfWork, statement: Mapping[str, Any]) -> dict[str, Name]:
    """Return the names that go beside an answer now, by the party's number in it."""
    parties = {one["named"]: one["id"] for one in (statement.get("network") or {}).get("parties", ()) if "named" in one}
    if not parties or work.protector is None:
        return {}
    now = await database_now(work.session)
    consent = await find_consent(
        work.session, UUID(statement["consent"]["id"]), work.keys.publics("consent"), now
    )  # fmt: skip
    number = await _number_of(work, statement["subject"])
    if consent is None or not consent.intact or consent.status not in IN_FORCE or number is None:
        return {}
    basis = statement["basis"]
    limits = limits_of(grant_told(statement), now)
    own = own_relations(limits)
    lens = Lens(
        number, date.fromisoformat(basis["as_of"]), basis["reading"], own, open_relations(own), through_persons=False
    )  # fmt: skip
    recorded = await find_recorded(work.session, work.protector, lens, consent.persons)
    given = {digest_of(one.salt, one.name): Name(one.name, one.salt) for one in recorded.values()}
    return {party: given[digest] for digest, party in parties.items() if digest in given}


async def names_of(work: UnitOfWork, answer: str) -> dict[str, str]:
    """Return the names that go beside a signed answer now, without their salts."""
    statement = payload_of(answer)
    if statement.get("product") != PORTRAIT:
        return {}
    return {party: one.name for party, one in (await open_names(work, statement)).items()}


def beside(answer: bytes, names: Mapping[str, Name]) -> bytes:
    """Return an answer as it is sent, with the names beside it. Pure."""
    if not names:
        return answer
    told = {party: {"name": one.name, "salt": one.salt} for party, one in names.items()}
    return answer[:-1] + b',"names":' + orjson.dumps(told) + b"}"


async def _number_of(work: UnitOfWork, uscc: str) -> int | None:
    found = await find_subject(work.session, "uscc", uscc)
    return await find_number(work.session, found.subject_id) if found else None
