"""What was noted of a scan's pieces and of a challenger's nights goes with the scores; how far it came stays told."""

from datetime import timedelta

from sqlalchemy import text

from connectors.model.calendar import day_of
from gateway.scores.past import forget_past
from gateway.scores.scan_runs import count_pieces
from tests.actors import MACHINE
from tests.scores.scanning import rows, scan_all
from tests.scores.test_scan import nothing_scanned, town

__all__ = ["town"]

KEPT = 32
AGED = """UPDATE scan_run SET state = :state, started_at = started_at - make_interval(days => :days),
    finished_at = CASE :state WHEN 'finished' THEN clock_timestamp() END,
    digest = CASE :state WHEN 'finished' THEN CAST('scan' AS bytea) END"""
NIGHT = """INSERT INTO challenger_night (as_of, challenger, champion, fault, computed_at, event_id)
    VALUES (:day, 'planted', 'card', 'none', now(), gen_random_uuid())"""


async def aged(gateway, state, days):
    async with gateway.database.begin("test.age", role="owner") as session:
        await session.execute(text(AGED), {"state": state, "days": days})
    async with gateway.units.begin("test.forget", MACHINE) as work:
        await forget_past(work, KEPT)
        [run] = (await work.session.execute(text("SELECT run_id, pieces FROM scan_run"))).all()
        [left] = (await work.session.execute(text("SELECT count(*) FROM scan_piece"))).scalars()
        return left, (await count_pieces(work.session, [run.run_id]))[run.run_id], run.pieces


async def test_pieces_of_a_finished_scan_go_and_those_of_one_under_way_stay(town):
    await nothing_scanned(town.gateway)
    await scan_all(town.gateway)
    kept, _, pieces = await aged(town.gateway, "finished", KEPT - 1)
    assert kept == pieces > 0
    assert await aged(town.gateway, "running", 2) == (pieces, pieces, pieces)
    assert await aged(town.gateway, "finished", 0) == (0, pieces, pieces)


async def test_nights_of_a_challenger_go(town):
    async with town.gateway.units.begin("test.nights", MACHINE) as work:
        today = day_of(work.now)
        for days in (KEPT - 1, KEPT, KEPT + 1):
            await work.session.execute(text(NIGHT), {"day": today - timedelta(days=days)})
        await forget_past(work, KEPT)
    left = await rows(town.gateway, "SELECT as_of FROM challenger_night WHERE challenger = 'planted' ORDER BY 1")
    assert [one.as_of for one in left] == [today - timedelta(days=days) for days in (KEPT, KEPT - 1)]
