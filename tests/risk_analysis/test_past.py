"""What stood until long ago is deleted, to the day; what stands, and what stood on a day that is kept, stays."""

from datetime import timedelta

import pytest

from connectors.model.calendar import day_of
from gateway.risk import past
from gateway.risk.past import forget_risks
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import now
from tests.risk.founding import LENDER, SOUND
from tests.risk_analysis.handling import stand
from tests.scores.scanning import rows

KEPT = 400
LEFT = "SELECT holds_from FROM risk_standing WHERE type = 'distress' ORDER BY 1"


async def forget(town):
    async with town.gateway.units.begin("test.forget", PROGRAM) as work:
        return await forget_risks(work, KEPT)


@pytest.mark.parametrize(("ended", "stays"), [(KEPT - 1, True), (KEPT, False), (KEPT + 1, False)])
async def test_what_stood_on_none_of_the_days_that_are_kept_goes(town, ended, stays):
    today = day_of(now())
    first = today - timedelta(days=1000 + ended)
    await stand(town.gateway, SOUND, "distress", first, today - timedelta(days=ended))
    assert await forget(town) is False
    assert ((first,) in await rows(town.gateway, LEFT)) == stays


async def test_what_stands_is_never_deleted_and_a_bite_is_taken_at_a_time(town, monkeypatch):
    monkeypatch.setattr(past, "BITE", 2)
    today = day_of(now())
    await stand(town.gateway, LENDER, "distress", today - timedelta(days=3000))
    for years in range(3):
        first = today - timedelta(days=2000 + 10 * years)
        await stand(town.gateway, LENDER, "private-lending", first, first + timedelta(days=5))
    assert [await forget(town), await forget(town)] == [True, False]
    left = await rows(town.gateway, "SELECT DISTINCT type, holds_to FROM risk_standing WHERE holds_from < '2023-01-01'")
    assert left == [("distress", None)]


@pytest.mark.parametrize(("days", "stays"), [(KEPT - 1, True), (KEPT, True), (KEPT + 1, False)])
@pytest.mark.parametrize("table", ["risk_open", "risk_judged"])
async def test_counts_of_days_go_with_it(town, table, days, stays):
    from sqlalchemy import text

    day = day_of(now()) - timedelta(days=days)
    column = "point" if table == "risk_open" else "division, section"
    value = "'petitions'" if table == "risk_open" else "'330304', 0"
    async with town.gateway.database.begin("test.day") as session:
        statement = f"INSERT INTO {table} (as_of, {column}, subjects) VALUES (:day, {value}, 1)"
        await session.execute(text(statement), {"day": day})
    await forget(town)
    assert bool(await rows(town.gateway, f"SELECT FROM {table} WHERE as_of = '{day}'")) == stays


async def test_days_of_a_drift_go_with_it_and_the_first_day_that_kept_ones_are_compared_with_stays(town):
    from sqlalchemy import text

    today = day_of(now())
    days = {  # of rules that are in force still, and of rules that are not
        "now": [today - timedelta(days=back) for back in (KEPT + 50, KEPT + 1, KEPT, 1)],
        "then": [today - timedelta(days=back) for back in (KEPT + 90, KEPT + 80)],
    }
    async with town.gateway.database.begin("test.drift") as session:
        for basis, ones in days.items():
            for day in ones:
                await session.execute(
                    text("INSERT INTO risk_drift VALUES (:day, 'planted', :basis, '[[1], []]', NULL)"),
                    {"day": day, "basis": basis},
                )
    await forget(town)
    left = await rows(town.gateway, "SELECT basis, as_of FROM risk_drift WHERE measure = 'planted' ORDER BY 1, 2")
    assert left == [("now", days["now"][0]), ("now", days["now"][2]), ("now", days["now"][3])]
