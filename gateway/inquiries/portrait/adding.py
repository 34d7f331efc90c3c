"""A portrait made of the card's answer: network and changes are added, as one reading of the relations has them.

The same function answers and replays: the reading is named in the basis, and everything else is as known at a moment.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_ends, day_of
from connectors.personal.sealing import Protector
from connectors.records.portfolio import load_records
from connectors.store.numbers import find_by_numbers, find_number
from gateway.inquiries.answers import Result
from gateway.inquiries.portrait.changes import filings, registration_changes, relation_changes
from gateway.inquiries.portrait.known import OWN, Delivered
from gateway.inquiries.portrait.naming import basis_of, digest_of, told_of
from gateway.inquiries.portrait.network import find_both, named, network_members, withheld_network
from gateway.inquiries.portrait.parties import call_parties
from gateway.inquiries.portrait.persons import find_recorded
from gateway.inquiries.portrait.rules import (
    FILINGS,
    REGISTRATION,
    load_portrait_sheet,
    named_portrait,
    open_relations,
    own_relations,
)
from gateway.network.lens import Lens, newest_reading
from gateway.scores.limits import Limits
from gateway.scores.loading import Loaded
from scoring_adapter.tags.bounds import months_before


@dataclass(frozen=True)
class Asked:
    """Of whom a portrait is made, as of a moment: by what is known now, or `as_then`, then; of which data; by which
    reading of the relations, None for the newest. Without `protector` no record is opened, and nobody is named.
    """

    subject_id: UUID
    moment: datetime
    limits: Limits
    as_then: bool = False
    reading: int | None = None
    protector: Protector | None = None

    @property
    def known_at(self) -> datetime | None:
        """The moment of what is known, None for now."""
        return self.moment if self.as_then else None


async def add_portrait(session: AsyncSession, result: Result, asked: Asked, loaded: Loaded) -> Result:
    """Return the card's answer with the network and the changes, and what they rest on, by what was loaded for it."""
    held, fed = loaded.held, dict(loaded.feeding.days)
    sheet, as_of = load_portrait_sheet(), day_of(asked.moment)
    begins = months_before(as_of, sheet.rules.months)
    reading = await newest_reading(session) if asked.reading is None else asked.reading
    network, relations = await _relations(session, asked, reading, loaded)
    earlier = await load_records(session, asked.subject_id, begins, day_ends(begins))
    reads = {name: asked.limits.reads(name) and _every_day(asked.limits) for name in (REGISTRATION, FILINGS)}
    changes = {
        "from": begins.isoformat(), "to": as_of.isoformat(), "relations": relations,
        "registration": registration_changes(earlier, held, read=reads[REGISTRATION]),
        "filed": filings(held, begins, sheet.rules, read=reads[FILINGS], fed=FILINGS in fed),
    }  # fmt: skip
    details = {**result.details, "sheet": named_portrait(), "network": network, "changes": changes}
    basis = {**result.details["basis"], "sheet": sheet.digest, "reading": reading}
    if asked.limits.persons is not None:
        basis["persons"] = basis_of(asked.limits.persons)
    return replace(result, details=details).on(basis)


async def _relations(
    session: AsyncSession, asked: Asked, reading: int, loaded: Loaded
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the network, and what changed of the enterprise's own relations; neither where not every day is read."""
    rules, own = load_portrait_sheet().rules, own_relations(asked.limits)
    number = await find_number(session, asked.subject_id)
    if number is None or not own or not _every_day(asked.limits):
        return withheld_network(), {"status": "withheld"}
    subject = (await find_by_numbers(session, [number]))[number]
    as_of = day_of(asked.moment)
    lens = Lens(number, as_of, reading, own, open_relations(own), through_persons=False)
    found, before = await find_both(session, subject, lens, replace(lens, day=months_before(as_of, rules.months)))
    now = [one for one in found.edges if number in {one.source, one.target}]
    persons = asked.limits.persons or ()
    consented = {person for person, own in persons if own}
    recorded = await find_recorded(session, asked.protector, lens, consented) if asked.protector else {}
    digests = {one.party: digest_of(one.salt, one.name) for one in recorded.values()}
    called = await call_parties(session, named(found, before), found.parties, number, as_of, asked.known_at, digests)
    registered = any(one.dataset == REGISTRATION for one in loaded.held)
    network = network_members(found, called, rules, Delivered(own, dict(loaded.feeding.days), registered))
    changed = relation_changes(before, now, called, rules)
    # Of relations of which nothing came it is not known either what changed.
    unknown = not before and not now and "told" not in {network["known"][kind] for kind in OWN}
    changed = {"status": "unknown"} if unknown else {"status": "told", **changed}
    if persons:
        network["persons"] = told_of(persons, {person: called[one.party].id for person, one in recorded.items()})
    return network, changed


def _every_day(limits: Limits) -> bool:
    """Tell whether the days of the data are open: a relation stands over days, and is told whole or not at all."""
    return limits.data_from is None and limits.data_to is None
