"""All computed together in the night: kept by enterprise, and the same as what is walked for each."""

import random
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from connectors.model.calendar import SHANGHAI, day_of
from connectors.store.subjects import Subject
from gateway.network.lens import Lens
from gateway.network.network_of import find_network
from gateway.network.nightly import compute, compute_when_due
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import now
from tests.scores.scanning import rows

ENTERPRISES, PERSONS, EDGES = 60, 15, 130
NIGHTS = "SELECT count(*) FROM audit_event WHERE type = 'network.computed'"


async def fill(gateway, seed):
    """Have edges between parties that chance has chosen; some shares are not known, some are told twice."""
    chance, made = random.Random(seed), []
    parties = [*range(1, ENTERPRISES + 1), *(-one for one in range(1, PERSONS + 1))]
    for _ in range(EDGES):
        holder, held = chance.choice(parties), chance.randint(1, ENTERPRISES)
        share = chance.choice([None, 300_000, 500_000, 700_000, 1_000_000, chance.randint(0, 1_000_000)])
        kind, dataset = chance.choice(
            [("holds", "shareholder_contrib")] * 5
            + [("holds", "outbound_investment")] * 2
            + [("guarantees", "annual_report_guarantee")]
        )
        if holder != held:
            made.append((kind, dataset, holder, held, share if kind == "holds" else None))
    async with gateway.units.begin("test.fill", PROGRAM) as work:
        await work.session.execute(text("DELETE FROM network_edge"))
        insert = text("""
            INSERT INTO network_edge (said_by, record_id, dataset, kind, source, target, share, starts)
            VALUES (1, :record, :dataset, :kind, :source, :target, :share, '2020-01-01')
        """)
        for kind, dataset, source, target, share in made:
            values = {"record": uuid4(), "dataset": dataset, "kind": kind, "source": source, "target": target}
            await work.session.execute(insert, {**values, "share": share})


async def walked(gateway):
    """Return each enterprise's controllers and holders as they are walked one by one."""
    found = {}
    async with gateway.units.begin("test.walk", PROGRAM) as work:
        numbers = (await work.session.execute(text("SELECT subject FROM network_standing"))).scalars().all()
        for number in numbers:
            one = await find_network(work.session, Subject(uuid4(), None, None), Lens(number, day_of(now()), 0))
            assert not one.cut
            found[number] = (
                [controller.number for controller in one.controllers],
                [controller.share for controller in one.controllers],
                sum(total.hops == 1 for total in one.holders.values()),
                sum(total.hops == 1 for total in one.holdings.values()),
                any(one.circles),
            )
    return found


async def test_the_night_and_the_walk_say_the_same_of_every_enterprise(gateway):
    for seed in range(5):
        await fill(gateway, seed)
        await compute(gateway.units, PROGRAM)
        kept = {
            row.subject: (row.controllers, row.shares, row.holders, row.holdings, row.circle is not None)
            for row in await rows(gateway, "SELECT * FROM network_standing")
        }
        found = await walked(gateway)
        assert len(found) > ENTERPRISES // 2
        assert {number: of[:4] for number, of in kept.items()} == {number: of[:4] for number, of in found.items()}
        assert all(kept[number][4] for number, of in found.items() if of[4])  # longer circles the night alone finds


async def test_what_is_computed_again_is_the_same_and_who_has_no_edge_any_more_stands_nowhere(gateway):
    await fill(gateway, 7)
    first, again = await compute(gateway.units, PROGRAM), await compute(gateway.units, PROGRAM)
    assert first.digest == again.digest
    [(before,)] = await rows(gateway, "SELECT count(*) FROM network_standing")
    async with gateway.units.begin("test.fewer", PROGRAM) as work:
        await work.session.execute(text("DELETE FROM network_edge WHERE source > 10 OR target > 10"))
    await compute(gateway.units, PROGRAM)
    [(after,)] = await rows(gateway, "SELECT count(*) FROM network_standing")
    assert 0 < after < before
    async with gateway.units.begin("test.none", PROGRAM) as work:
        await work.session.execute(text("DELETE FROM network_edge"))
    night = await compute(gateway.units, PROGRAM)
    assert (night.parties, night.edges) == (0, 0)
    assert await rows(gateway, "SELECT FROM network_standing") == []


async def test_a_night_is_computed_once(gateway):
    await fill(gateway, 3)
    [(before,)] = await rows(gateway, NIGHTS)
    await compute_when_due(gateway.units, now().astimezone(SHANGHAI).hour, now())
    assert await rows(gateway, NIGHTS) == [(before,)]  # there was no enterprise when the night began
    async with gateway.units.begin("test.nights", PROGRAM, role="owner") as work:
        await work.session.execute(text("DELETE FROM network_night"))
        await work.session.execute(
            text("INSERT INTO subject (subject_id, created_at) VALUES (:id, :then)"),
            {"id": uuid4(), "then": now() - timedelta(days=1)},
        )
    hour = now().astimezone(SHANGHAI).hour
    for _ in range(2):
        await compute_when_due(gateway.units, hour, now())
    assert await rows(gateway, NIGHTS) == [(before + 1,)]
