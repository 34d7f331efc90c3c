"""The founding figures in a small city: from what agencies deliver to how cases end, told as they were planned."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from founding_city import Spent, differing, live, planned
from founding_handling import City
from founding_plan import OUTCOMES, SUBJECTS, Plan
from founding_records import LENDER, Records

from connectors.model.calendar import day_of
from gateway.risk.reading import read_risks_of
from gateway.runtime.clock import now
from risk_monitor.case_names import OUTCOMES as KNOWN
from tests.disposal.cases import AUDITOR
from tests.risk.founding import POINTS


def test_the_whole_plan_is_that_of_the_founding_figures():
    plan = Plan()
    assert (plan.subjects, plan.suspects, plan.cases, plan.handled, plan.left_open) == (SUBJECTS, 4_616, 368, 366, 2)
    assert plan.grouped(plan.outcomes) == {
        "listed_abnormal": 125, "cancelled_or_revoked": 75, "police": 23, "other": 143,
    }  # fmt: skip
    assert plan.on_lists > 100
    assert set(KNOWN) - set(OUTCOMES) == {"transferred"}


async def test_a_small_city_comes_to_what_was_planned(gateway, tmp_path):
    plan = Plan(subjects=2_000, seed=3)
    city = City(gateway, Records(plan, day_of(now())))
    told = await live(city, tmp_path, Spent())
    assert differing(told, planned(plan)) == {}
    assert differing({**told, "suspect": 29}, planned(plan)) == {"suspect": (29, 30)}
    assert (told["suspect"], told["on_lists"], told["opened"], told["handled"]) == (30, 1, 12, 11)
    async with city.acting(AUDITOR) as work:
        [risk] = (await read_risks_of(work, city.records.code(LENDER)))[1].risks
    assert {found.point.id for found in risk.points} == POINTS
