"""Points that cannot be told: counted for each day, told of an enterprise, and never said not to hold."""

from datetime import date

import numpy as np
import pytest

from gateway.risk.left_open import count_open, find_open
from gateway.risk.open_points import OpenPoints
from risk_monitor.judging import Judged
from risk_monitor.load import load_watch
from tests.enterprises import uscc
from tests.risk.founding import LENDER, POINTS, SOUND
from tests.scores.scanning import rows

WATCH = load_watch()
WATCH_DAY = date(2026, 7, 1)
NUMBER = len(WATCH.points)


def judged(left_open):
    empty = np.zeros((len(left_open), 0), np.int32)
    return Judged(np.zeros(left_open.shape, np.bool_), left_open, empty, empty.astype(np.int8))


async def get(town, path):
    return (await town.client.get(path, headers=await town.headers("auditor-1"))).json()


async def test_where_nobody_delivers_a_point_is_open_for_everybody(town):
    told = await get(town, "/v1/risk-open-points")
    counts = {one["point"]: one["open"] for one in told["points"]}
    assert counts.keys() == {point.id for point in WATCH.points}
    assert (counts["petitions"], counts["negative-news"], counts["promised-yield"]) == (told["subjects"], 0, 0)
    assert [one["open"] for one in told["points"]] == sorted(counts.values(), reverse=True)


async def test_of_an_enterprise_it_is_told_which_are_open_and_none_that_holds_is(town):
    left_open = [
        {one["point"] for one in (await get(town, f"/v1/subjects/{uscc(number)}/risks"))["open"]}
        for number in (LENDER, SOUND)
    ]
    assert all("petitions" in some for some in left_open)
    assert not left_open[0] & POINTS


async def test_each_has_its_own_across_pieces(town):
    chance = np.random.default_rng(5)
    pieces = [(np.arange(1, 8), chance.random((7, NUMBER)) < 0.5), (np.arange(8, 11), chance.random((3, NUMBER)) < 0.5)]
    points = OpenPoints(WATCH)
    for subjects, left_open in pieces:
        points.see(subjects, judged(left_open))
    async with town.gateway.database.begin("test.open") as session:
        await points.write(session, WATCH_DAY)
        for subjects, left_open in pieces:
            for row, number in enumerate(subjects.tolist()):
                expected = [WATCH.points[at].id for at in np.flatnonzero(left_open[row])]
                assert [point.id for point in await find_open(session, number)] == expected
        assert await find_open(session, 11) == []
        total = sum(left_open.sum(axis=0) for _, left_open in pieces)
        assert list((await count_open(session, WATCH_DAY)).values()) == total.tolist()
        await session.rollback()


@pytest.mark.parametrize("who", ["risk_open", "risk_judged"])
async def test_a_day_judged_again_is_counted_once(town, who):
    from tests.risk.founding import judged as judge_again

    before = await rows(town.gateway, f"SELECT * FROM {who} ORDER BY 1, 2, 3")
    await judge_again(town)
    assert await rows(town.gateway, f"SELECT * FROM {who} ORDER BY 1, 2, 3") == before
