"""The funnel of the founding case, cases and all, by each of its groups; and who is behind each figure."""

from datetime import timedelta

import pytest

from connectors.model.calendar import day_of
from gateway.runtime.clock import now
from tests.enterprises import uscc
from tests.risk.founding import LENDER, SOUND
from tests.risk_analysis.handling import open_case, stand
from tests.scores.scanning import rows

DIVISION = uscc(LENDER)[2:8]
KIND = "mass-involving"
SECOND = {"opened": 2, "confirmed": 1, "handled": 1, "handled_percent": "50.0"}


@pytest.fixture
async def handled(town):
    if not await rows(town.gateway, "SELECT FROM disposal_case"):
        at = now()
        await open_case(town.gateway, LENDER, KIND, at - timedelta(days=9), confirmed=at, closed=at)
        await open_case(town.gateway, LENDER, KIND, at - timedelta(days=1))
        await open_case(town.gateway, SOUND, "distress", at - timedelta(days=800), closed=at)
        await stand(town.gateway, SOUND, "distress", day_of(at) - timedelta(days=30), day_of(at) - timedelta(days=2))
    return town


async def get(town, path):
    answer = await town.client.get(path, headers=await town.headers("auditor-1"))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_it_narrows_from_judged_to_handled(handled):
    told = await get(handled, "/v1/risk-funnel")
    total = told["total"]
    assert (total["judged"], total["suspect"]) == (2, 2)
    assert {name: total[name] for name in SECOND} == SECOND
    assert told["outcomes"] == {"rectified": 1}
    assert told["judged_on"] == day_of(now()).isoformat()
    [read] = await rows(handled.gateway, "SELECT FROM audit_event WHERE type = 'risk.read'")
    assert read == ()


async def test_groups_are_divisions_sections_types_and_months(handled):
    divisions = (await get(handled, "/v1/risk-funnel?by=division"))["groups"]
    assert divisions[0]["key"] == DIVISION
    assert divisions[0]["suspect"] == 2
    assert divisions[0]["opened"] == 2
    types = {one["key"]: one for one in (await get(handled, "/v1/risk-funnel?by=type"))["groups"]}
    assert {kind: one["suspect"] for kind, one in types.items()} == {KIND: 1, "distress": 1}
    assert types[KIND]["judged"] == types["distress"]["judged"] == sum(one["judged"] or 0 for one in divisions)
    sections = (await get(handled, "/v1/risk-funnel?by=section"))["groups"]
    assert sum(one["suspect"] for one in sections) == 2
    months = (await get(handled, "/v1/risk-funnel?by=month"))["groups"]
    assert [one["key"] for one in months] == sorted(one["key"] for one in months)
    assert sum(one["suspect"] for one in months) == 2
    assert months[-1]["key"] == f"{day_of(now()):%Y-%m}"


@pytest.mark.parametrize(
    ("asked", "suspects", "cases"),
    [
        (f"type={KIND}", 1, 2),
        ("type=distress", 1, 0),
        ("type=private-lending", 0, 0),
        (f"division={DIVISION}", 2, 2),
        ("division=000000", 0, 0),
        ("section=A", 0, 0),
        ("since=2999-01-01&until=2999-01-02", 1, 0),
        ("since=2001-01-01&until=2001-01-02", 0, 0),
    ],
)
async def test_it_is_of_what_is_asked_for(handled, asked, suspects, cases):
    total = (await get(handled, f"/v1/risk-funnel?{asked}"))["total"]
    assert (total["suspect"], total["opened"]) == (suspects, cases)
    for stage, number in (("suspect", suspects), ("opened", cases)):
        behind = await get(handled, f"/v1/risk-funnel/enterprises?stage={stage}&{asked}")
        assert len(behind["enterprises"]) == number


@pytest.mark.parametrize(("back", "there"), [(2, False), (3, True), (30, True), (31, False)])
async def test_who_stood_on_a_day_of_the_period_is_a_suspect_of_it(handled, back, there):
    day = day_of(now()) - timedelta(days=back)
    total = (await get(handled, f"/v1/risk-funnel?type=distress&since={day}&until={day}"))["total"]
    assert total["suspect"] == int(there)


@pytest.mark.parametrize(("stage", "number"), [("suspect", 2), ("opened", 2), ("confirmed", 1), ("handled", 1)])
async def test_each_figure_leads_to_those_behind_it(handled, stage, number):
    found = (await get(handled, f"/v1/risk-funnel/enterprises?stage={stage}"))["enterprises"]
    assert len(found) == number
    assert found[0]["subject"] == uscc(LENDER)
    assert found[0]["division"] == DIVISION


@pytest.mark.parametrize("path", ["risk-funnel", "risk-funnel/enterprises"])
@pytest.mark.parametrize(
    "asked",
    [
        "since=2026-02-01&until=2026-01-01",
        "since=2000-01-01&until=2026-01-01",
        "since=9999-12-01&until=9999-12-31",
        "division=33",
        "section=Z",
    ],
)
async def test_what_cannot_be_asked_for_is_refused(handled, path, asked):
    answer = await handled.client.get(f"/v1/{path}?{asked}", headers=await handled.headers("auditor-1"))
    assert answer.status_code == 400


@pytest.mark.parametrize("asked", ["risk-funnel?by=gossip", "risk-funnel/enterprises?stage=gossip"])
async def test_a_group_or_a_figure_that_there_is_not_is_refused(handled, asked):
    answer = await handled.client.get(f"/v1/{asked}", headers=await handled.headers("auditor-1"))
    assert answer.status_code == 400
