"""Ways from one enterprise through its network, by SQL: bounded in hops and in number, and no way meets a party twice.

Where two records tell of one holding, the register of holders is believed before what the holder says.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.network.lens import Lens, on
from gateway.network.naming import PERSONS
from scoring_adapter.network.declared import BELIEVED, WALKED
from scoring_adapter.network.shares import HOPS

MOST_WAYS = 5_000
MOST_PARTIES = 500
# The next step: DISTINCT ON keeps one edge for each party, of what is believed first, then the largest.
_WAYS = """
    WITH RECURSIVE way (parties, shares) AS (
        SELECT ARRAY[CAST(:subject AS bigint)], CAST(ARRAY[] AS integer[])
        UNION ALL
        SELECT w.parties || n.party, w.shares || n.share
        FROM way w CROSS JOIN LATERAL (
            SELECT DISTINCT ON (e.{to}) e.{to} AS party, e.share FROM network_edge e
            WHERE e.{start} = w.parties[cardinality(w.parties)] AND e.kind = 'holds' AND {on}
            ORDER BY e.{to}, array_position(CAST(:believed AS text[]), e.dataset), e.share DESC NULLS LAST) n
        WHERE cardinality(w.shares) < :hops AND n.party <> ALL(w.parties)
    )
    SELECT parties[2:] AS parties, shares FROM way WHERE cardinality(shares) > 0 LIMIT :most
"""
_UP = text(_WAYS.format(start="target", to="source", on=on()))
_DOWN = text(_WAYS.format(start="source", to="target", on=on()))
# One hop further, in an order: where there are too many, the same ones are left out whenever it is asked.
_NEXT = text(f"""
    SELECT party FROM (
        SELECT e.target AS party FROM unnest(CAST(:reached AS bigint[])) AS r (party) JOIN network_edge e
        ON e.source = r.party AND e.kind = ANY(CAST(:kinds AS text[])) AND {on()}
        UNION SELECT e.source FROM unnest(CAST(:reached AS bigint[])) AS r (party) JOIN network_edge e
        ON e.target = r.party AND e.kind = ANY(CAST(:kinds AS text[])) AND {on()}) n
    WHERE party <> ALL(CAST(:known AS bigint[])) ORDER BY party LIMIT :most
""")  # noqa: S608 - our own words
_PERSONS = text("""
    SELECT -number FROM network_party
    WHERE number = ANY(CAST(:numbers AS bigint[])) AND known_by = ANY(CAST(:persons AS text[]))
""")
# The parties as rows, so that they are hashed once: an array is searched from its beginning for every edge.
_EDGES = text(f"""
    WITH p AS MATERIALIZED (SELECT unnest(CAST(:parties AS bigint[])) AS party)
    SELECT DISTINCT ON (e.kind, e.source, e.target, e.position)
           e.kind, e.source, e.target, e.share, e.position, e.starts, e.ends
    FROM p JOIN network_edge e ON e.source = p.party JOIN p AS t ON t.party = e.target
    WHERE e.kind = ANY(CAST(:kinds AS text[])) AND {on()}
    ORDER BY e.kind, e.source, e.target, e.position, array_position(CAST(:believed AS text[]), e.dataset),
             e.share DESC NULLS LAST, e.starts, e.ends
""")  # noqa: S608 - our own words
# Of these parties, those who have an edge to a party that is not among them.
_LEADS_ON = f"""
    CROSS JOIN LATERAL (
        SELECT FROM network_edge e WHERE e.{{start}} = a.party AND e.kind = ANY(CAST(:kinds AS text[])) AND {on()}
          AND e.{{to}} NOT IN (SELECT party FROM p) LIMIT 1) on_to
"""  # noqa: S608
_BEYOND = text(f"""
    WITH p AS MATERIALIZED (SELECT unnest(CAST(:parties AS bigint[])) AS party),
    a AS MATERIALIZED (SELECT unnest(CAST(:asked AS bigint[])) AS party)
    SELECT a.party FROM a {_LEADS_ON.format(start="source", to="target")}
    UNION SELECT a.party FROM a {_LEADS_ON.format(start="target", to="source")}
""")  # noqa: S608
_BESIDE = text(f"""
    SELECT o.source AS party, count(*) OVER () AS number FROM (
        SELECT DISTINCT o.source FROM network_edge e JOIN network_edge o ON o.target = e.target AND o.kind = 'located'
        WHERE e.source = :subject AND e.kind = 'located' AND {on()} AND o.source <> e.source AND {on("o")}) o
    ORDER BY o.source LIMIT :most
""")  # noqa: S608


class Way(NamedTuple):
    """The parties that a way leads over, without the one it begins at, and the share of each step."""

    parties: Sequence[int]
    shares: Sequence[int | None]


class WalkedEdge(NamedTuple):
    """An edge between two parties that were found."""

    kind: str
    source: int
    target: int
    share: int | None
    position: str | None
    starts: date
    ends: date | None


async def walk(session: AsyncSession, subject: int, lens: Lens, *, up: bool) -> list[Way]:
    """Return all ways to who holds an enterprise, or to what it holds: one more than the bound."""
    values = {"subject": subject, "hops": HOPS, "most": MOST_WAYS + 1, "believed": list(BELIEVED)}
    return [Way(*row) for row in await session.execute(_UP if up else _DOWN, values | lens.values())]


async def find_near(session: AsyncSession, subject: int, lens: Lens, hops: int = HOPS) -> dict[int, int]:
    """Return the parties within the hops by edges of any kind, the nearest first: one more than the bound."""
    near, reached = {subject: 0}, [subject]
    for hop in range(1, hops + 1):
        room = MOST_PARTIES + 1 - len(near)
        if not reached or room < 1:
            break
        values = {"reached": reached, "known": list(near), "kinds": list(WALKED), "most": room}
        found = (await session.execute(_NEXT, values | lens.values())).scalars().all()
        near |= dict.fromkeys(found, hop)
        persons = set() if lens.through_persons else await _persons_among(session, found)
        reached = [party for party in found if party not in persons]
    return near


async def _persons_among(session: AsyncSession, parties: Sequence[int]) -> set[int]:
    """Return which of these parties are persons."""
    numbers = [-party for party in parties if party < 0]
    if not numbers:
        return set()
    values = {"numbers": numbers, "persons": sorted(PERSONS)}
    return set((await session.execute(_PERSONS, values)).scalars())


async def find_edges(session: AsyncSession, parties: Sequence[int], lens: Lens) -> list[WalkedEdge]:
    """Return what stands between these parties."""
    values = {"parties": list(parties), "kinds": list(WALKED), "believed": list(BELIEVED)}
    return [WalkedEdge(*row) for row in await session.execute(_EDGES, values | lens.values())]


async def find_beyond(session: AsyncSession, asked: Sequence[int], parties: Sequence[int], lens: Lens) -> set[int]:
    """Return those of `asked` from whom an edge leads to nobody of `parties`; persons lead nowhere without leave."""
    persons = set() if lens.through_persons else await _persons_among(session, asked)
    values = {
        "asked": [one for one in asked if one not in persons], "parties": list(parties), "kinds": list(WALKED),
    }  # fmt: skip
    return set((await session.execute(_BEYOND, values | lens.values())).scalars())


async def find_beside(session: AsyncSession, subject: int, lens: Lens, most: int) -> tuple[list[int], int]:
    """Return enterprises at an address of this one, up to a bound, and how many there are."""
    rows = (await session.execute(_BESIDE, {"subject": subject, "most": most, **lens.values()})).all()
    return [row.party for row in rows], rows[0].number if rows else 0
