"""No more is looked at than the bounds allow, and an answer says where there is more."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from connectors.model.calendar import day_of
from connectors.store.subjects import Subject
from gateway.network.lens import Lens
from gateway.network.network_of import MOST_BESIDE, find_network
from gateway.network.walks import MOST_PARTIES, MOST_WAYS
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import now

SUBJECT, SIDE = 1, 70
ADD = text("""
    INSERT INTO network_edge (said_by, record_id, dataset, kind, source, target, share, starts)
    SELECT 1, gen_random_uuid(), 'shareholder_contrib', e.kind, e.source, e.target, 1, '2020-01-01'
    FROM unnest(CAST(:kinds AS text[]), CAST(:sources AS bigint[]), CAST(:targets AS bigint[])) e (kind, source, target)
""")


@pytest.fixture
def around(gateway):
    """Return the network around the enterprise, made of these edges alone."""

    async def look(edges):
        kinds, sources, targets = zip(*edges, strict=True)
        async with gateway.units.begin("test.bounds", PROGRAM) as work:
            await work.session.execute(text("DELETE FROM network_edge"))
            values = {"kinds": list(kinds), "sources": list(sources), "targets": list(targets)}
            await work.session.execute(ADD, values)
            return await find_network(work.session, Subject(uuid4(), None, None), Lens(SUBJECT, day_of(now()), 0))

    return look


@pytest.mark.parametrize(
    ("parties", "cut"), [(MOST_PARTIES - 1, False), (MOST_PARTIES, False), (MOST_PARTIES + 1, True)]
)
async def test_so_many_parties_are_told_and_where_there_are_more_that_is_said(around, parties, cut):
    found = await around([("guarantees", SUBJECT, -number) for number in range(1, parties)])
    assert (len(found.near), found.cut) == (min(parties, MOST_PARTIES), cut)


@pytest.mark.parametrize(("more", "cut"), [(-1, False), (0, False), (1, True)])
async def test_so_many_ways_are_walked_and_where_there_are_more_that_is_said(around, more, cut):
    middle, top = range(-SIDE, 0), range(-2 * SIDE, -SIDE)
    direct = MOST_WAYS - SIDE - SIDE * SIDE + more
    found = await around([
        *(("holds", party, SUBJECT) for party in middle),
        *(("holds", above, party) for above in top for party in middle),
        *(("holds", -1000 - number, SUBJECT) for number in range(direct)),
    ])  # fmt: skip
    assert found.cut is cut


@pytest.mark.parametrize("number", [MOST_BESIDE - 1, MOST_BESIDE, MOST_BESIDE + 1])
async def test_so_many_enterprises_at_an_address_are_named_and_all_are_counted(around, number):
    found = await around([("located", party, -1) for party in range(1, number + 2)])
    assert (len(found.beside), found.beside_number) == (min(number, MOST_BESIDE), number)
