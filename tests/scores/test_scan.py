"""The scan: what it finds is what the inquiry computes; it goes on where it was left, and never runs twice at once."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from connectors.model.calendar import day_of
from gateway.inquiries.computing import answer_from, compute_result, tags_of
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import database_now
from gateway.runtime.database import Database
from gateway.runtime.locks import Lock, take
from gateway.scores import scan_pinned
from gateway.scores.build import build
from gateway.scores.listing import list_files
from gateway.scores.loading import load
from gateway.scores.rescoring import score_again
from gateway.scores.scan_errors import LaterDayError, NothingScannedError, ScanRunningError
from gateway.scores.scan_runs import find_running
from gateway.scores.standing import find_standing
from gateway.scores.store import open_store
from scoring_adapter.enterprise import compute_parts, compute_tags
from scoring_adapter.errors import ColumnStoreError
from scoring_adapter.scan.one import unpack_parts
from scoring_adapter.scan.results import unpack_reasons
from scoring_adapter.score import score
from scoring_adapter.scorecard import load_scorecard
from scoring_adapter.tags.plan import plan
from signing.canonical import canonical_bytes
from tests.records.penalties import penalties, penalty
from tests.scores.scanning import rows, scan_all, take_up
from tests.stories import registration

TODAY = day_of(datetime.now(UTC))
STATE = "SELECT subject, status, score, band, parts, reasons FROM subject_score WHERE holds_to IS NULL ORDER BY 1"


async def standing_rows(gateway):
    return await rows(gateway, STATE)


@pytest.fixture
async def town(story, monkeypatch):
    """Enterprises enough is known of, a few to a piece."""
    monkeypatch.setattr(scan_pinned, "PIECE", 6)
    if not await rows(story.gateway, "SELECT FROM subject"):
        await story.feeds()
        for number in range(101, 105):
            await story.push("market_regulation", "ent_registration", registration(number))
        await story.push("drc", "penalty_general", penalties(penalty(101, "A1"), penalty(102, "A2", fine="80")))
    return story


async def fine(town, number):
    """Have something land for an enterprise."""
    document = f"{number}-{datetime.now(UTC):%H%M%S%f}"
    await town.push("drc", "penalty_general", penalties(penalty(number, document, fine="3")))


async def nothing_scanned(gateway):
    async with gateway.units.begin("test.forget", PROGRAM, role="owner") as work:
        await work.session.execute(text("TRUNCATE subject_score, scan_run, scan_piece"))


@asynccontextmanager
async def killed(monkeypatch, phase, point):
    """End the work before or after the commit that is named, as a process does that is killed."""
    begin = Database.begin

    @asynccontextmanager
    async def dying(self, name, **more):
        async with begin(self, name, **more) as session:
            yield session
            if (phase, name) == ("before", point):
                raise KeyboardInterrupt
        if (phase, name) == ("after", point):
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Database, "begin", dying)
        with pytest.raises(KeyboardInterrupt):
            yield


async def test_what_is_scanned_is_what_is_computed_for_one(town):
    with pytest.raises(NothingScannedError):
        await scan_all(town.gateway, incremental=True)
    run = await scan_all(town.gateway)
    assert (run.state, run.kind, run.as_of, run.subjects) == ("finished", "full", TODAY, run.changed)
    assert run.pieces > 1
    card, planned = load_scorecard(), plan(load_scorecard().tags, TODAY)
    found, outcomes = {row.subject: row for row in await standing_rows(town.gateway)}, set()
    async with town.gateway.database.begin("test.one") as session:
        moment = await database_now(session)
        for number, subject_id in (await session.execute(text("SELECT number, subject_id FROM subject"))).all():
            known = (await load(session, subject_id, card.tags, moment)).known
            result, row = score(card, compute_tags(card.tags, known, TODAY)), found[number]
            assert (row.score, row.band) == (result.points, result.band.id if result.band else None)
            assert [card.counted[at].tag.id for at, _ in unpack_reasons(row.reasons)] == [
                reason["tag"] for reason in result.reasons()
            ]
            assert unpack_parts(planned, row.parts) == compute_parts(card.tags, known, TODAY)
            outcomes.add((result.outcome, row.status))
    assert outcomes >= {("scored", "scored")}
    assert all(one == other for one, other in outcomes)
    kinds = await rows(town.gateway, "SELECT type FROM audit_event WHERE type LIKE 'scan.%' ORDER BY event_id")
    assert [row.type for row in kinds] == ["scan.started", "scan.finished"]


async def test_a_scan_that_was_killed_goes_on_ends_with_the_same_digest_and_writes_nothing_twice(town, monkeypatch):
    [whole] = await rows(town.gateway, "SELECT digest, pieces FROM scan_run")
    expected = await standing_rows(town.gateway)
    await nothing_scanned(town.gateway)
    async with killed(monkeypatch, "after", "scan.piece"):
        await scan_all(town.gateway)
    async with town.gateway.database.begin("test.running") as session:
        left = await find_running(session)
    done = []
    async with killed(monkeypatch, "before", "scan.finish"):
        await scan_all(town.gateway, lambda number, _all: done.append(number))
    assert done == list(range(1, whole.pieces + 1))
    run = await scan_all(town.gateway, lambda number, _all: done.append(number))
    assert (run.run_id, run.digest, run.state, done[-1]) == (left.run_id, whole.digest, "finished", whole.pieces)
    assert await standing_rows(town.gateway) == expected
    written = await rows(town.gateway, "SELECT subject, written_at FROM subject_score ORDER BY 1")
    again = await scan_all(town.gateway)
    assert (again.digest, again.changed) == (whole.digest, 0)
    assert await rows(town.gateway, "SELECT subject, written_at FROM subject_score ORDER BY 1") == written


async def test_two_never_scan_at_once(town):
    before = await rows(town.gateway, "SELECT run_id FROM scan_run")
    async with town.gateway.units.begin("test.other", PROGRAM) as other:
        await take(other.session, Lock.SCAN)
        with pytest.raises(ScanRunningError):
            await scan_all(town.gateway)
    assert await rows(town.gateway, "SELECT run_id FROM scan_run") == before


async def test_an_earlier_day_changes_nothing_and_a_run_whose_files_are_gone_is_given_up(town, monkeypatch):
    before = await standing_rows(town.gateway)
    async with killed(monkeypatch, "after", "scan.start"):
        await scan_all(town.gateway)
    async with town.gateway.units.begin("test.gone", PROGRAM, role="owner") as work:
        await work.session.execute(text("UPDATE scan_run SET files = files || '{tax/gone}' WHERE state = 'running'"))
    run = await scan_all(town.gateway, as_of=TODAY - timedelta(days=400))
    assert (run.kind, run.state, run.changed) == ("as-of", "finished", 0)
    states = await rows(town.gateway, "SELECT state, fault FROM scan_run ORDER BY run_id DESC LIMIT 2")
    assert states == [("finished", None), ("failed", "files-gone")]
    assert await standing_rows(town.gateway) == before
    with pytest.raises(LaterDayError):
        await scan_all(town.gateway, as_of=TODAY + timedelta(days=1))


async def standing(gateway, number):
    async with gateway.database.begin("test.standing") as session:
        query = text("SELECT subject_id FROM subject WHERE number = :number")
        subject = (await session.execute(query, {"number": number})).scalar_one()
        tags = load_scorecard().tags
        packed = (await find_standing(session, [subject], tags, await database_now(session))).get(subject)
        return None if packed is None else unpack_parts(plan(tags, TODAY), packed)


async def test_an_answer_by_key_is_to_the_byte_the_one_that_is_computed(town):
    """For every enterprise and product, with something objected to among the records."""
    headers = await town.headers("drc")
    query = "SELECT record_id FROM record WHERE business_key LIKE 'A1|%' AND superseded_at IS NULL"
    [(record,)] = await rows(town.gateway, query)
    body = {"kind": "object", "reason": "金额有误"}
    answer = await town.client.post(f"/v1/records/{record}/acts", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    await take_up(town.gateway)
    while await rows(town.gateway, "SELECT FROM score_due"):
        await score_again(town.gateway.units)
    card, by_key = load_scorecard(), 0
    async with town.gateway.database.begin("test.answers") as session:
        moment = await database_now(session)
        for (subject,) in (await session.execute(text("SELECT subject_id FROM subject"))).all():
            by_key += subject in await find_standing(session, [subject], card.tags, moment)
            for product in ("score", "health_check"):
                found = await compute_result(session, subject, product, moment)
                loaded = await load(session, subject, tags_of(card, product), moment)
                computed = answer_from(card, product, loaded, day_of(moment))
                assert canonical_bytes(found.members()) == canonical_bytes(computed.members())
        assert by_key == (await session.execute(text("SELECT count(*) FROM subject"))).scalar_one()


async def test_what_lands_is_scored_again_and_no_scan_finds_anything_to_change(town):
    gateway = town.gateway
    named = await rows(gateway, "SELECT number FROM subject WHERE name LIKE '瓯海第10%' ORDER BY 1")
    first, second, *_others = [row.number for row in named]
    before = {row.subject: row for row in await standing_rows(gateway)}
    expected = unpack_parts(plan(load_scorecard().tags, TODAY), before[first].parts)
    assert await standing(gateway, first) == expected
    await fine(town, 101)
    assert await standing(gateway, first) is None  # due in the column store
    await take_up(gateway)
    assert await standing(gateway, first) is None  # waits to be scored again
    assert await standing(gateway, second) is not None
    assert await rows(gateway, "SELECT subject FROM score_due") == [(first,)]
    assert await score_again(gateway.units) is False
    after = {row.subject: row for row in await standing_rows(gateway)}
    assert {subject for subject, row in after.items() if before[subject] != row} == {first}
    assert await standing(gateway, first) not in (None, expected)
    await fine(town, 102)
    run = await scan_all(gateway, incremental=True)
    assert (run.kind, run.subjects, run.changed) == ("incremental", 1, 1)
    found = await standing_rows(gateway)
    assert ((await scan_all(gateway)).changed, await standing_rows(gateway)) == (0, found)
    assert await rows(gateway, "SELECT FROM score_due") == []


async def test_a_scan_that_finds_a_file_missing_is_given_up_and_told_so(town):
    store = open_store(town.gateway.settings)
    async with town.gateway.units.begin("test.files", PROGRAM) as work:
        [file, *_] = await list_files(work.session, "penalty_general")
    store.place.delete([file.name])
    with pytest.raises(ColumnStoreError, match=file.name):
        await scan_all(town.gateway)
    [newest] = await rows(town.gateway, "SELECT state, fault FROM scan_run ORDER BY run_id DESC LIMIT 1")
    assert newest == ("failed", "ColumnStoreError")
    await build(town.gateway.units, store.place, store.sources["penalty_general"], PROGRAM)
    assert (await scan_all(town.gateway)).state == "finished"
