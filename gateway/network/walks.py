"""Ways from one enterprise through its network as of a day, by recursive SQL: bounded in hops and in number, and no way
meets a party twice.

Where two records tell of one holding, the register of holders is believed before what the holder says.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from scoring_adapter.network.declared import BELIEVED, WALKED
from scoring_adapter.network.shares import HOPS

MOST_WAYS = 5_000
MOST_PARTIES = 500
_ON = "e.starts <= :day AND (e.ends IS NULL OR e.ends > :day)"
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
_UP = text(_WAYS.format(start="target", to="source", on=_ON))
_DOWN = text(_WAYS.format(start="source", to="target", on=_ON))
_NEAR = text(f"""
    WITH RECURSIVE near (party, hop) AS (
        SELECT CAST(:subject AS bigint), 0
        UNION
        SELECT n.party, r.hop + 1 FROM near r CROSS JOIN LATERAL (
            SELECT e.target AS party FROM network_edge e
            WHERE e.source = r.party AND e.kind = ANY(CAST(:kinds AS text[])) AND {_ON}
            UNION SELECT e.source FROM network_edge e
            WHERE e.target = r.party AND e.kind = ANY(CAST(:kinds AS text[])) AND {_ON}) n
        WHERE r.hop < :hops
    )
    SELECT party, min(hop) AS hop FROM (SELECT party, hop FROM near LIMIT :looked_at) AS seen
    GROUP BY party ORDER BY hop, party LIMIT :most
""")  # noqa: S608 - our own words
# The parties as rows, so that they are hashed once: an array is searched from its beginning for every edge.
_EDGES = text(f"""
    WITH p AS MATERIALIZED (SELECT unnest(CAST(:parties AS bigint[])) AS party)
    SELECT DISTINCT ON (e.kind, e.source, e.target, e.position)
           e.kind, e.source, e.target, e.share, e.position, e.starts, e.ends
    FROM p JOIN network_edge e ON e.source = p.party JOIN p AS t ON t.party = e.target
    WHERE e.kind = ANY(CAST(:kinds AS text[])) AND {_ON}
    ORDER BY e.kind, e.source, e.target, e.position, array_position(CAST(:believed AS text[]), e.dataset),
             e.share DESC NULLS LAST, e.starts
""")  # noqa: S608 - our own words
# Of these parties, those who have an edge to a party that is not among them.
_LEADS_ON = f"""
    CROSS JOIN LATERAL (
        SELECT FROM network_edge e WHERE e.{{start}} = a.party AND e.kind = ANY(CAST(:kinds AS text[])) AND {_ON}
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
        WHERE e.source = :subject AND e.kind = 'located' AND {_ON} AND o.source <> e.source
          AND o.starts <= :day AND (o.ends IS NULL OR o.ends > :day)) o
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


async def walk(session: AsyncSession, subject: int, day: date, *, up: bool) -> list[Way]:
    """Return all ways to who holds an enterprise, or to what it holds, the shortest first: one more than the bound."""
    values = {"subject": subject, "day": day, "hops": HOPS, "most": MOST_WAYS + 1, "believed": list(BELIEVED)}
    return [Way(*row) for row in await session.execute(_UP if up else _DOWN, values)]


async def find_near(session: AsyncSession, subject: int, day: date) -> dict[int, int]:
    """Return the parties within the hops by edges of any kind, the nearest first: one more than the bound."""
    values = {
        "subject": subject, "day": day, "hops": HOPS, "kinds": list(WALKED), "most": MOST_PARTIES + 1,
        "looked_at": (HOPS + 1) * (MOST_PARTIES + 1),  # a party is met at most once at each number of hops
    }  # fmt: skip
    return {row.party: row.hop for row in await session.execute(_NEAR, values)}


async def find_edges(session: AsyncSession, parties: Sequence[int], day: date) -> list[WalkedEdge]:
    """Return what stands between these parties."""
    values = {"parties": list(parties), "day": day, "kinds": list(WALKED), "believed": list(BELIEVED)}
    return [WalkedEdge(*row) for row in await session.execute(_EDGES, values)]


async def find_beyond(session: AsyncSession, asked: Sequence[int], parties: Sequence[int], day: date) -> set[int]:
    """Return those of `asked` from whom an edge leads to nobody of `parties`."""
    values = {"asked": list(asked), "parties": list(parties), "day": day, "kinds": list(WALKED)}
    return set((await session.execute(_BEYOND, values)).scalars())


async def find_beside(session: AsyncSession, subject: int, day: date, most: int) -> tuple[list[int], int]:
    """Return enterprises at an address of this one, up to a bound, and how many there are."""
    rows = (await session.execute(_BESIDE, {"subject": subject, "day": day, "most": most})).all()
    return [row.party for row in rows], rows[0].number if rows else 0
