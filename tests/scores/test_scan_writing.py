"""Results written by day: a row only where something came out differently, every day readable, the newer never lost."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import uuid4

import numpy as np
from sqlalchemy import text

from connectors.model.calendar import day_of
from gateway.runtime.actor import PROGRAM
from gateway.runtime.locks import Lock, take
from gateway.scores import past
from gateway.scores.scan_writing import Ground, find_differing, parts_before, write_differing
from scoring_adapter.scan.results import results_of

BANDS = ("excellent", "good", "fair", "poor")
FIRST = date(2026, 1, 1)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def results(by_subject):
    subjects = sorted(by_subject)
    scores = np.array([by_subject[one] for one in subjects], np.int16)
    bands = np.where(scores < 0, -1, np.searchsorted([-1000, -700, -400], -scores)).astype(np.int8)
    nowhere = np.zeros(len(subjects), np.int8), np.zeros(len(subjects), np.int8)
    packed = [b"" if score < 0 else b"\x01\x00%c" % (score % 250) for score in scores.tolist()]
    return results_of(b"card/1", np.array(subjects, np.int64), scores, bands, packed, [b""] * len(subjects), nowhere)


async def write(session, day, known_at, by_subject):
    found = results(by_subject)
    ground = Ground(day, known_at, uuid4(), 1, BANDS)
    await take(session, Lock.SCORES)
    differing = await find_differing(session, found, ground)
    moved = {int(found.subjects[differing.places[at]]): ["a tag"] for at in differing.movers(found, BANDS)}
    await write_differing(session, found, differing, moved, ground)
    return [int(found.subjects[place]) for place in differing.places], moved


async def read(session, day):
    query = text("""
        SELECT subject, score FROM subject_score
        WHERE holds_from <= :day AND (holds_to IS NULL OR holds_to > :day)
    """)
    return {row.subject: -1 if row.score is None else row.score for row in await session.execute(query, {"day": day})}


async def test_every_day_reads_as_it_was_written(session):
    """Against a plain table of days: runs of all, runs of some, a subject scored again in between."""
    chance, told, now = Random(7), {}, {}
    for number in range(12):
        day = FIRST + timedelta(days=number)
        for again in range(chance.randrange(1, 4)):
            some = chance.sample(range(1, 9), chance.randrange(1, 9))
            fresh = {one: chance.choice([-1, 310, 480, 610, 612, 900]) for one in some}
            differing, _moved = await write(session, day, NOON + timedelta(days=number, hours=again), fresh)
            assert set(differing) == {one for one in some if one not in now or now[one] != fresh[one]}
            now |= fresh
        told[day] = dict(now)
    for day, expected in told.items():
        assert await read(session, day) == expected


async def test_what_knows_of_less_does_not_replace_what_knows_of_more(session):
    await write(session, FIRST, NOON, {1: 500, 2: 500})
    await write(session, FIRST, NOON + timedelta(hours=2), {1: 700})
    differing, _moved = await write(session, FIRST, NOON + timedelta(hours=1), {1: 500, 2: 510})
    assert (differing, await read(session, FIRST)) == ([2], {1: 700, 2: 510})


async def test_who_moves_far_or_into_another_band_is_a_mover(session):
    """Compared with the day before, however often the day itself is written."""
    next_day = FIRST + timedelta(days=1)
    await write(session, FIRST, NOON, {1: 500, 2: 500, 3: 500, 4: 405, 5: -1, 6: 500})
    fresh = {1: 549, 2: 550, 3: 450, 4: 395, 5: 500, 6: -1}
    _differing, moved = await write(session, next_day, NOON + timedelta(days=1), fresh)
    assert set(moved) == {2, 3, 4}
    _differing, moved = await write(session, next_day, NOON + timedelta(days=1, hours=1), {1: 551, 2: 501})
    assert set(moved) == {1}
    rows = (await session.execute(text("SELECT subject FROM subject_score WHERE moved IS NOT NULL"))).scalars()
    assert set(rows) == {1, 3, 4}
    before = await parts_before(session, [1, 7], next_day)
    assert {subject: one.parts for subject, one in before.items()} == {1: b"\x01\x00%c" % (500 % 250)}


async def test_what_held_until_long_ago_is_forgotten_and_what_holds_never_is(gateway, monkeypatch):
    monkeypatch.setattr(past, "BITE", 2)
    keep = 32
    async with gateway.units.begin("test.old", PROGRAM) as work:
        today = day_of(work.now)
        first = today - timedelta(days=keep)
        held = {
            1: [first - timedelta(days=9), first - timedelta(days=1), first, today],
            2: [FIRST - timedelta(days=900)],
        }
        held |= {number: [first - timedelta(days=5), first + timedelta(days=number - 3)] for number in (3, 4)}
        for day in sorted({day for days in held.values() for day in days}):
            fresh = {one: 500 + len(str(day)) + day.toordinal() % 400 for one, days in held.items() if day in days}
            await write(work.session, day, NOON, fresh)
        expected = {day: await read(work.session, day) for day in (first, first + timedelta(days=1), today)}
    async with gateway.units.begin("test.sweep", PROGRAM) as one, gateway.units.begin("test.sweep", PROGRAM) as other:
        assert await past.forget_past(one, keep)  # two rows: there may be more
        assert not await past.forget_past(other, keep)  # passes over what the other is at, and has one left
    async with gateway.units.begin("test.sweep", PROGRAM) as work:
        assert not await past.forget_past(work, keep)
        for day, scores in expected.items():
            assert await read(work.session, day) == scores
        rows = await work.session.execute(text("SELECT subject, holds_from FROM subject_score ORDER BY 1, 2"))
        assert [tuple(row) for row in rows] == [
            (1, first), (1, today), (2, FIRST - timedelta(days=900)), (3, first), (4, first - timedelta(days=5)),
            (4, first + timedelta(days=1)),
        ]  # fmt: skip
