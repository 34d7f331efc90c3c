"""What stands of platforms is a point of their firms in the risk watch; what has ended is none."""

import numpy as np
import pytest
from sqlalchemy import text

from gateway.risk.watching import judge_all
from gateway.runtime.actor import PROGRAM
from gateway.scores.store import open_store
from gateway.sites.signs import SILENCE, SPIKE, SiteSigns, load_signs
from risk_monitor.load import load_watch
from tests.enterprises import uscc
from tests.scores.scanning import rows
from tests.sites.platforms import INSIDE, OUTSIDE

STANDING = "SELECT s.uscc, r.points FROM risk_standing r JOIN subject s ON s.number = r.subject WHERE holds_to IS NULL"


async def signs(town):
    async with town.gateway.units.begin("test.signs", PROGRAM) as work:
        return await load_signs(work.session)


async def numbers(town):
    return {one.uscc: one.number for one in await rows(town.gateway, "SELECT uscc, number FROM subject")}


async def test_of_how_many_platforms_something_stands_is_read_for_all_at_once(town):
    known, number = await signs(town), await numbers(town)
    asked = np.array(sorted([number[uscc(INSIDE)], number[uscc(OUTSIDE)], 10**6]))
    measured = known.of(asked)
    of = {int(one): (int(measured[SPIKE][at]), int(measured[SILENCE][at])) for at, one in enumerate(asked)}
    assert of == {number[uscc(INSIDE)]: (1, 0), number[uscc(OUTSIDE)]: (0, 1), 10**6: (0, 0)}
    assert known.known


async def test_they_are_points_of_the_firm(town):
    assert {SPIKE, SILENCE} == {name for name in load_watch().measures if name.startswith("site_")}
    await judge_all(town.gateway.units, open_store(town.gateway.settings), PROGRAM)
    points = {one.uscc: set(one.points) for one in await rows(town.gateway, STANDING)}
    assert "site-silence" in points[uscc(OUTSIDE)]  # with a platform that pays late


async def test_what_has_ended_is_no_sign(town):
    async with town.gateway.units.begin("test.end", PROGRAM) as work:
        await work.session.execute(text("UPDATE site_finding SET ended = seen_on + 1"))
    known = await signs(town)
    assert (known.known, len(known.subjects)) == (True, 0)


@pytest.mark.parametrize("subjects", [[], [1, 2, 3]])
def test_where_nothing_stands_all_have_none(subjects):
    nothing = np.array([], np.int64)
    measured = SiteSigns(False, nothing, {SPIKE: nothing, SILENCE: nothing}).of(np.array(subjects, np.int64))
    assert {name: counts.tolist() for name, counts in measured.items()} == dict.fromkeys(
        (SPIKE, SILENCE), [0] * len(subjects)
    )
