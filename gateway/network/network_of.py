"""One enterprise's network as of a day: who is near it, who holds it and what it holds with multiplied shares, who
controls it, holdings in a circle, who shares its address. For those who oversee.

Institutions learn of it by an inquiry's product alone. Persons are numbers here: no name of theirs is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from connectors.store.numbers import find_by_numbers
from connectors.store.subjects import Subject
from gateway.network.lens import Lens, newest_reading
from gateway.network.naming import PERSONS
from gateway.network.standing import Standing, find_standing
from gateway.network.walks import (
    MOST_PARTIES,
    MOST_WAYS,
    WalkedEdge,
    find_beside,
    find_beyond,
    find_edges,
    find_near,
    walk,
)
from gateway.records.access import demand_overseer, get_numbered
from gateway.runtime.work import UnitOfWork
from scoring_adapter.network.control import circles, having_enough, ultimate
from scoring_adapter.network.shares import HOPS, Total, add_up

MOST_BESIDE = 100
MOST_CONTROLLERS = 20  # more have a half each only where a list contradicts itself
_PARTIES = text("SELECT number, known_by, value FROM network_party WHERE number = ANY(CAST(:numbers AS bigint[]))")


@dataclass(frozen=True)
class PartyFound:
    """A party: an enterprise on record, one that is not (`code` where it was named by one), or a person."""

    number: int
    subject: Subject | None = None
    code: str | None = None
    person: bool = False


@dataclass(frozen=True)
class Controller:
    """Who controls an enterprise: by a share of parts per million, or by what was declared (`share` as declared)."""

    number: int
    share: int | None
    declared: bool
    beyond: bool  # somebody stands above it whom the hops do not reach


@dataclass(frozen=True)
class NetworkFound:
    """A network. `near` are the parties with their hops; `beyond` those at the last hop from whom edges lead on;
    `cut` tells that there are more parties or ways than were looked at.
    """

    number: int
    subject: Subject
    day: date
    parties: Mapping[int, PartyFound]
    near: Mapping[int, int]
    edges: Sequence[WalkedEdge]
    holders: Mapping[int, Total]
    holdings: Mapping[int, Total]
    controllers: Sequence[Controller]
    circles: Sequence[Sequence[int]]
    beside: Sequence[int]
    beside_number: int
    beyond: frozenset[int] = field(default_factory=frozenset)
    cut: bool = False
    standing: Standing | None = None


async def read_network(work: UnitOfWork, uscc: str, as_of: date | None = None) -> NetworkFound:
    """Return an enterprise's network as of a day, today where none is given, and record that it was read.

    Raises DeniedError for whoever does not oversee, and where the enterprise is not known.
    """
    demand_overseer(work)
    number, subject = await get_numbered(work, uscc)
    lens = Lens(number, as_of or day_of(work.now), await newest_reading(work.session))
    found = await find_network(work.session, subject, lens, with_standing=True)
    payload = {"as_of": found.day.isoformat(), "parties": len(found.near)}
    await work.record("network.read", payload, subject=subject.subject_id, outcome="read")
    return found


async def find_network(
    session: AsyncSession, subject: Subject, lens: Lens, *, with_standing: bool = False
) -> NetworkFound:
    """Return the network around an enterprise, as far as the lens shows it; its standing among all where asked for."""
    number = lens.about
    above, below = await walk(session, number, lens, up=True), await walk(session, number, lens, up=False)
    near = await find_near(session, number, lens)
    cut = len(near) > MOST_PARTIES or max(len(above), len(below)) > MOST_WAYS
    near = dict(list(near.items())[:MOST_PARTIES])
    above, below = above[:MOST_WAYS], below[:MOST_WAYS]
    edges = await find_edges(session, list(near), lens)
    beyond = await find_beyond(session, [party for party, hop in near.items() if hop == HOPS], list(near), lens)
    beside, beside_number = await find_beside(session, number, lens, MOST_BESIDE)
    holders, holdings = add_up(above), add_up(below)
    return NetworkFound(
        number, subject, lens.day, await find_parties(session, [*near, *holders, *holdings, *beside]), near, edges,
        holders, holdings, await _controllers(session, lens, holders, edges, beyond),
        circles((way.parties for way in above), {way.parties[0] for way in below}), beside, beside_number,
        frozenset(beyond), cut,
        await find_standing(session, number) if with_standing else None,
    )  # fmt: skip


async def _controllers(
    session: AsyncSession, lens: Lens, holders: Mapping[int, Total], edges: Sequence[WalkedEdge], beyond: set[int]
) -> list[Controller]:
    enough = having_enough(holders)[:MOST_CONTROLLERS]
    above = {party: having_enough(add_up(await walk(session, party, lens, up=True))) for party in enough}
    by_shares = [
        Controller(party, holders[party].share, declared=False, beyond=party in beyond)
        for party in ultimate(lens.about, enough, above)
    ]
    declared = {one.source: one.share for one in edges if one.kind == "controls" and one.target == lens.about}
    return [
        *by_shares,
        *(Controller(party, share, declared=True, beyond=party in beyond) for party, share in declared.items()),
    ]


async def find_parties(session: AsyncSession, numbers: Sequence[int]) -> dict[int, PartyFound]:
    """Return who these parties are."""
    subjects = await find_by_numbers(session, sorted({one for one in numbers if one > 0}))
    rows = await session.execute(_PARTIES, {"numbers": sorted({-one for one in numbers if one < 0})})
    return {one: PartyFound(one, subject) for one, subject in subjects.items()} | {
        -row.number: PartyFound(
            -row.number, person=row.known_by in PERSONS,
            code=row.value if row.known_by not in {*PERSONS, "name"} else None,
        )
        for row in rows
    }  # fmt: skip
