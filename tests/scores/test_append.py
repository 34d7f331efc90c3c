"""The column store follows the records: whatever changes what counts is taken up, and comes to what a rebuild makes."""

import asyncio
import random
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from connectors.model.calendar import day_of
from connectors.records.column_rows import Due, find_behind
from connectors.records.shown_days import END, FIRST
from gateway.records.retention import expunge
from gateway.runtime.actor import PROGRAM, at_this_machine
from gateway.runtime.locks import Lock, take
from gateway.scores import append as appending
from gateway.scores.append import MOST_DUE, append, take_bite
from gateway.scores.build import NotAloneError
from gateway.scores.compact import compact
from gateway.scores.listing import list_files, load_declarations
from gateway.scores.verify import verify
from scoring_adapter.tags.declaration import Column, Source
from tests.enterprises import uscc
from tests.records.penalties import penalties, penalty
from tests.scores.holding import SOURCES, catch_up, column_store, digests, rebuild_all, table
from tests.stories import registration

TODAY = (day_of(datetime.now(UTC)) - date(1970, 1, 1)).days


@pytest.fixture
def store(tmp_path):
    return column_store(tmp_path / "columns")


@pytest.fixture(autouse=True)
async def _nothing_of_others(gateway):
    """Each test has a store of its own: nothing is in the list."""
    async with gateway.units.begin("test.forget", PROGRAM, role="owner") as work:
        await work.session.execute(text("TRUNCATE column_file, column_dataset, column_day"))


async def behind(gateway):
    async with gateway.units.begin("test.behind", PROGRAM) as work:
        return (await find_behind(work.session))[0]


async def act(story, document, kind, **more):
    async with story.gateway.database.begin("test.rows") as session:
        query = text("SELECT record_id FROM record WHERE business_key LIKE :key AND superseded_at IS NULL")
        record = (await session.execute(query, {"key": f"{document}|%"})).scalar_one_or_none()
    body = {"kind": kind, "reason": "测试原因", **more}
    headers = await story.headers("drc")
    return await story.client.post(f"/v1/records/{record}/acts", json=body, headers=headers)


async def fines(story, store):
    await catch_up(story.gateway, store)
    rows = await table(story.gateway, store)
    return dict(rows.select("document", "fine").iter_rows())


async def agrees(gateway, store):
    """Check that the store holds what a rebuild would, as verify and as the digests tell it."""
    found = await verify(gateway.units, store, store.sources, at_this_machine(), lambda _done, _all: None)
    assert (found.differences, found.behind) == ([], 0)
    before = await digests(gateway, store)
    await rebuild_all(gateway, store)
    assert await digests(gateway, store) == before


async def test_a_sealed_batch_is_taken_up_once(story, store):
    await story.push("drc", "penalty_general", penalties(penalty(1, "A1"), penalty(2, "A2", fine="1.23456")))
    await catch_up(story.gateway, store)
    rows = await table(story.gateway, store)
    assert rows["fine"].to_list()[-2:] == [500_000, 1_234_560]
    assert rows["recorded"].to_list()[-1] == TODAY
    await story.push("drc", "penalty_general", penalties(penalty(3, "A3")))
    assert await behind(story.gateway) == 1
    await catch_up(story.gateway, store)
    assert await behind(story.gateway) == 0
    assert len(await table(story.gateway, store)) == len(rows) + 1
    await agrees(story.gateway, store)


async def test_a_correction_takes_the_place_of_what_it_corrects(story, store):
    await story.push("drc", "penalty_general", penalties(penalty(11, "C1"), penalty(12, "C2")))
    before = await fines(story, store)
    await story.push("drc", "penalty_general", penalties(penalty(11, "C1", fine="9")))
    after = await fines(story, store)
    assert len(after) == len(before)
    assert max(after.values()) == 9_000_000
    await agrees(story.gateway, store)


async def test_acts_take_rows_away_and_bring_them_back_on_their_days(story, store):
    await story.push("drc", "penalty_general", penalties(penalty(21, "D1", on="2026-01-05")))
    await catch_up(story.gateway, store)
    before = await table(story.gateway, store)
    begin = before["shown_from"].to_list()[-1]
    assert (await act(story, "D1", "withdraw")).status_code == 201
    await catch_up(story.gateway, store)
    assert (await table(story.gateway, store)).tail(1)["shown_to"].to_list() == [TODAY]
    assert (await act(story, "D1", "reinstate")).status_code == 201
    await catch_up(story.gateway, store)
    assert (await table(story.gateway, store)).tail(1).select("shown_from", "shown_to").rows() == [
        (begin, before["shown_to"].to_list()[-1])
    ]
    assert (await act(story, "D1", "object")).status_code == 201
    await catch_up(story.gateway, store)
    assert (await table(story.gateway, store)).tail(1)["shown_to"].to_list() == [TODAY]
    await agrees(story.gateway, store)


async def test_a_record_counts_once_its_subject_is_found(story, store):
    await story.push("drc", "penalty_general", penalties(penalty(31, "E1", 统一社会信用代码="")))
    before = await fines(story, store)
    await story.push("market_regulation", "ent_registration", registration(31))
    assert len(await fines(story, store)) == len(before) + 1
    await agrees(story.gateway, store)


async def test_content_that_was_erased_leaves_the_store(story, store):
    old = penalty(41, "G1", on="2001-01-05", until="2004-01-05")
    await story.push("drc", "penalty_general", penalties(old))
    before = await fines(story, store)
    await expunge(story.gateway.units, PROGRAM, story.gateway.protector, datetime.now(UTC))
    assert len(await fines(story, store)) == len(before) - 1
    await agrees(story.gateway, store)


async def test_a_random_life_ends_where_a_rebuild_does(story, store):
    rng = random.Random(18)
    for turn in range(24):
        number = rng.randrange(50, 60)
        document = f"R{number}"
        what = rng.randrange(8)
        if what < 4 or turn < 4:
            some = [
                penalty(n, f"R{n}", fine=str(rng.randrange(1, 9)), 统一社会信用代码=uscc(n) if n % 2 else "")
                for n in rng.sample(range(50, 60), 3)
            ]
            await story.push("drc", "penalty_general", penalties(*some))
        elif what == 4:
            await story.push("market_regulation", "ent_registration", registration(number))
        else:
            kind = rng.choice(["withdraw", "reinstate", "repair", "object"])
            effective = day_of(datetime.now(UTC)) - timedelta(days=rng.randrange(3))
            await act(story, document, kind, effective_on=str(effective))
        if rng.random() < 0.4:
            await append(story.gateway.units, store.place, store.sources, PROGRAM)
        if turn in {12, 18}:
            await compact(story.gateway.units, store, at_this_machine())
    await catch_up(story.gateway, store)
    await agrees(story.gateway, store)


async def test_another_declaration_has_its_dataset_built_anew_and_no_other(story, store, tmp_path):
    await story.push("drc", "penalty_general", penalties(penalty(61, "H1")))
    await catch_up(story.gateway, store)
    changed = Source(
        columns={**SOURCES["penalty_general"].columns, "kind": Column(as_="holds", of="cf_cflb", codes=["罚款"])}
    )
    other = column_store(tmp_path / "columns", {"penalty_general": changed})
    await catch_up(story.gateway, other)
    assert (await table(story.gateway, other))["kind"].unique().to_list() == [1]
    async with story.gateway.units.begin("test.held", PROGRAM) as work:
        assert set(await load_declarations(work.session)) == {"penalty_general"}  # the other feeds nothing any more
    await agrees(story.gateway, other)


async def test_two_workers_never_append_at_once(story, store):
    await story.push("drc", "penalty_general", penalties(penalty(71, "I1")))
    async with story.gateway.units.begin("test.hold", PROGRAM) as work:
        await take(work.session, Lock.COLUMNS)
        assert not await append(story.gateway.units, store.place, store.sources, PROGRAM)
        assert await behind(story.gateway) > 0
    await asyncio.gather(*(catch_up(story.gateway, store) for _ in range(3)))
    assert await behind(story.gateway) == 0
    await agrees(story.gateway, store)


async def test_what_another_has_taken_up_meanwhile_is_not_kept_twice(story, store, monkeypatch):
    await story.push("drc", "penalty_general", penalties(penalty(72, "I2")))
    await catch_up(story.gateway, store)
    await story.push("drc", "penalty_general", penalties(penalty(73, "I3")))
    before = await table(story.gateway, store)
    read = appending._read

    async def slow(*given):
        bite = await read(*given)
        async with story.gateway.units.begin("test.other", PROGRAM) as work:  # a worker that lost its lock
            await work.session.execute(text("DELETE FROM column_due"))
        return bite

    monkeypatch.setattr(appending, "_read", slow)
    with pytest.raises(NotAloneError):
        await append(story.gateway.units, store.place, store.sources, PROGRAM)
    assert (await table(story.gateway, store)).equals(before)
    async with story.gateway.units.begin("test.files", PROGRAM) as work:
        assert {file.name for file in await list_files(work.session)} < set(store.place.names())


def due(number, records, *, whole, dataset="penalty_general"):
    return Due(number, dataset, None, records, whole, number, None)


def test_leaves_wait_until_no_batch_is_left_out():
    held = {"penalty_general": None}
    both = take_bite([due(1, 5, whole=True), due(2, 1, whole=False)], held)
    assert (both.due, both.leaves, both.more) == ([1, 2], [2], False)
    large = take_bite([due(1, 400_000, whole=True), due(2, 400_000, whole=True), due(3, 1, whole=False)], held)
    assert (large.due, large.leaves, large.more) == ([1], [], True)
    alone = take_bite([due(1, 9_000_000, whole=True)], held)
    assert (alone.due, alone.more) == ([1], False)
    strange = take_bite([due(1, 5, whole=True, dataset="unknown")], held)
    assert (strange.due, strange.whole) == ([1], {})
    assert take_bite([due(n, 1, whole=True) for n in range(MOST_DUE)], held).more
    assert (FIRST, END) == (-719_162, 2_932_897)
