"""Reports that are owed for answers: until when, to the moment; what is overdue stops questions until it is there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from consent.durations import after
from consent.parts import Obligation
from consent.terms import Terms
from gateway.evidence.conservation import find_differences
from gateway.inquiries.obligations import GRACE, REPORT_WITHIN, Owed, report_due
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.stories import registration, slug, today

NOW = datetime(2026, 3, 15, 4, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.fixture
async def ready(story):
    """Enterprise 1 is on record."""
    await story.push("market_regulation", "ent_registration", registration(1))
    return story


async def permitted(story, account):
    """An account of an institution of its own, with a consent."""
    await story.account(account, f"house-of-{account}")
    await story.consent(account, 1)


async def owed(story, account):
    answer = await story.client.get("/v1/obligations", headers=await story.headers(account))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def report(story, account, inquiry):
    told = {"inquiry": inquiry, "outcome": "refused", "decided_on": today()}
    answer = await story.client.post("/v1/usage-results", json=told, headers=await story.headers(account))
    assert answer.status_code in {200, 201}, answer.text


async def let_it_be_due(story, inquiry, since):
    async with story.gateway.database.begin("test.due", role="owner") as session:
        query = "UPDATE inquiry SET report_by = now() - CAST(:since AS interval) WHERE inquiry_id = :id"
        await session.execute(text(query), {"since": since, "id": UUID(inquiry)})


@pytest.mark.parametrize(("late", "stops"), [(-TICK, False), (timedelta(), True), (TICK, True)])
def test_a_report_stops_questions_from_the_end_of_its_grace_on(late, stops):
    assert Owed(UUID(int=1), NOW - GRACE - late).stops(NOW) is stops


def test_a_report_is_due_as_the_consent_says_and_after_thirty_days_where_it_does_not():
    terms = Terms(UUID(int=1), uscc(1), "bank", (), ("score",), "pre_loan", NOW, NOW + REPORT_WITHIN, None)
    assert report_due(terms, NOW) == NOW + REPORT_WITHIN == NOW + timedelta(days=30)
    said = replace(terms, obligations=(Obligation("no_onward"), Obligation("report_usage", "P2M")))
    assert report_due(said, NOW) == after(NOW, "P2M")


async def test_an_answer_is_owed_a_report_until_it_is_there(ready):
    await permitted(ready, "lender-1")
    await permitted(ready, "lender-2")
    asked = [(await ready.ask("lender-1", 1)).json() for _ in range(2)]
    await ready.ask("lender-1", 1, purpose="renewal")  # a denial is owed nothing
    listed = await owed(ready, "lender-1")
    assert ([one["inquiry"] for one in listed["reports"]], listed["total"]) == ([one["inquiry"] for one in asked], 2)
    due = datetime.fromisoformat(listed["reports"][0]["due"])
    assert due == after(datetime.fromisoformat(asked[0]["issued_at"]), "P90D")  # as the template for loans has it
    assert (await owed(ready, "lender-2"))["total"] == 0
    for _ in range(2):  # the same report again is the same report
        await report(ready, "lender-1", asked[0]["inquiry"])
    assert [one["inquiry"] for one in (await owed(ready, "lender-1"))["reports"]] == [asked[1]["inquiry"]]


async def test_what_is_overdue_stops_the_institution_alone_until_it_is_reported(ready):
    await permitted(ready, "lender-3")
    await permitted(ready, "lender-4")
    first = (await ready.ask("lender-3", 1, key="asked-before")).json()["inquiry"]
    await let_it_be_due(ready, first, GRACE - timedelta(hours=1))
    assert (await ready.ask("lender-3", 1)).status_code == 200
    assert (await owed(ready, "lender-3"))["reports"][0]["overdue"] is True
    await let_it_be_due(ready, first, GRACE)
    denied, again = await ready.ask("lender-3", 1), await ready.ask("lender-3", 1, key="asked-before")
    for answer in (denied, again):
        assert (answer.status_code, slug(answer)) == (403, "obligation-overdue")
        assert answer.json()["unreported"] == first
    assert (await ready.ask("lender-4", 1)).status_code == 200
    await report(ready, "lender-3", first)
    assert (await ready.ask("lender-3", 1)).status_code == 200


async def test_an_obligation_that_vanished_is_found(ready):
    await permitted(ready, "lender-5")
    asked = (await ready.ask("lender-5", 1)).json()["inquiry"]
    rule = "a report is owed for every answer until it is there"
    for value, found in (("NULL", [(rule, asked, 1, 0)]), ("now()", [])):
        async with ready.gateway.database.begin("test.lost", role="owner") as session:
            await session.execute(text(f"UPDATE inquiry SET report_by = {value} WHERE inquiry_id = '{asked}'"))
        async with ready.gateway.units.begin("test.reconcile", OPERATOR) as work:
            assert [one for one in await find_differences(work) if one[0] == rule] == found


async def test_case_62_a_report_is_of_an_answer_of_ones_own_the_same_again_the_same_and_other_content_a_version(ready):
    await permitted(ready, "lender-6")
    await permitted(ready, "lender-7")
    given = (await ready.ask("lender-6", 1)).json()["inquiry"]
    denied = (await ready.ask("lender-6", 1, purpose="renewal")).json()["inquiry"]

    async def told(account, inquiry, **changes):
        report = {"inquiry": inquiry, "outcome": "refused", "decided_on": today(), **changes}
        return await ready.client.post("/v1/usage-results", json=report, headers=await ready.headers(account))

    for account, inquiry in (("lender-6", str(uuid4())), ("lender-6", denied), ("lender-7", given)):
        answer = await told(account, inquiry)
        assert (answer.status_code, slug(answer)) == (404, "inquiry-not-found"), (account, inquiry)
    first, same = [await told("lender-6", given) for _ in range(2)]
    assert (first.status_code, same.status_code, first.json()) == (201, 200, same.json())
    corrected = await told("lender-6", given, outcome="granted", amount="1.00")
    assert (corrected.status_code, corrected.json()["result"]) == (201, first.json()["result"])
    assert (first.json()["version"], corrected.json()["version"]) == (1, 2)
    other = await ready.headers("lender-7")
    assert (await ready.client.get(f"/v1/usage-results/{first.json()['result']}", headers=other)).status_code == 404
