"""How early the watch was: out of delivered records and closed cases; those without an act are told apart."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from connectors.model.calendar import day_of
from gateway.runtime.clock import now
from risk_monitor.lead import first_after, spread_of
from tests.enterprises import uscc
from tests.risk.founding import LENDER, SOUND, ago, firm
from tests.risk_analysis.handling import open_case, stand
from tests.stories import as_csv

DAY = date(2026, 7, 1)
KIND = "mass-involving"


def on(days):
    return DAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("acts", "first", "earlier"),
    [((), None, False), ((-1,), None, True), ((0,), 0, False), ((9, 3, -4), 3, True), ((1, 0), 0, False)],
)
def test_the_first_act_on_or_after_the_day_counts(acts, first, earlier):
    expected = None if first is None else on(first)
    assert first_after(DAY, [on(days) for days in acts]) == (expected, earlier)


@pytest.mark.parametrize(
    ("days", "quartiles"),
    [((7,), (7, 7, 7)), ((1, 3), (Fraction(3, 2), 2, Fraction(5, 2))), ((5, 1, 2, 4, 3), (2, 3, 4))],
)
def test_quartiles_lie_between_neighbours(days, quartiles):
    found = spread_of(days)
    assert (found.lower, found.median, found.upper) == quartiles
    assert (found.number, found.least, found.most) == (len(days), min(days), max(days))


def test_of_nobody_there_is_none():
    assert spread_of(()) is None


@pytest.fixture
async def acted(town):
    if "acted" not in town.keys:
        town.keys["acted"] = None
        header = ("预警编号", "企业名称", "统一社会信用代码", "处置措施", "处置日期", "处置部门")
        filed = [["a-1", *firm(LENDER), "立案", ago(2), "市公安局"], ["a-2", *firm(LENDER), "帮扶", ago(4), "市金融办"]]
        await town.push("local_finance", "risk_disposal", as_csv(header, *filed))
        today = day_of(now())
        await stand(town.gateway, LENDER, KIND, today - timedelta(days=150), today, before=None)
        await stand(town.gateway, LENDER, "distress", today - timedelta(days=1))
        await stand(town.gateway, SOUND, "distress", today - timedelta(days=40))
    return town


async def lead(town, asked=""):
    answer = await town.client.get(f"/v1/risk-lead{asked}", headers=await town.headers("auditor-1"))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_police_filing_ends_the_lead_and_help_does_not(acted):
    told = await lead(acted)
    by_type = {one["type"]: one for one in told["types"]}
    assert by_type[KIND]["days"]["median"] == 148.0
    assert (by_type["distress"]["days"], by_type["distress"]["earlier"], by_type["distress"]["none"]) == (None, 1, 1)
    assert (by_type[None]["days"]["number"], by_type[None]["earlier"], by_type[None]["none"]) == (1, 1, 1)
    [one] = [one for one in told["enterprises"] if one["type"] == KIND]
    assert (one["subject"], one["act"], one["acted_on"], one["days"]) == (uscc(LENDER), "case", ago(2), 148)


@pytest.mark.parametrize(
    ("asked", "states"),
    [
        ("?level=restriction", {(KIND, "earlier")}),
        ("?limit=1", {("distress", "earlier")}),
        (f"?since={ago(40)}", {("distress", "earlier"), ("distress", "none")}),
        (f"?since={ago(40)}&until={ago(40)}", {("distress", "none")}),
    ],
)
async def test_the_level_and_the_days_of_the_first_standing_decide_who_is_looked_at(acted, asked, states):
    assert {(one["type"], one["state"]) for one in (await lead(acted, asked))["enterprises"]} == states


async def test_a_case_that_ended_by_an_act_counts_as_one(acted):
    at = now()
    opened = at - timedelta(days=20)
    await open_case(acted.gateway, SOUND, "distress", opened, confirmed=at, closed=at, outcome="cancelled")
    [one] = [one for one in (await lead(acted))["enterprises"] if one["subject"] == uscc(SOUND)]
    assert (one["state"], one["act"], one["days"]) == ("acted", "cancelled", 40)
