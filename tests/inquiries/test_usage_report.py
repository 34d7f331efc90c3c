"""What came of answers, counted: exact for the institution itself, protected for everybody else."""

from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.model.calendar import day_of
from gateway.inquiries.results import report as reports
from gateway.inquiries.results.protection import COUNTS, FEWEST, OUTCOMES, protected, protected_total, protected_under
from gateway.inquiries.results.report import DEFAULT_DAYS, LONGEST_DAYS, read_own_results, read_results
from gateway.inquiries.results.tally import Came, Group, rate, tally, together
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.actors import OPERATOR
from tests.inquiries.bases import rows
from tests.stories import registration, slug

TODAY = day_of(datetime.now(UTC))
GOOD, FAIR = Group("score", "", 0, "good"), Group("score", "", 0, "fair")


def came(group=GOOD, firm="a", **content):
    return Came(group, firm, {"outcome": "granted", "decided_on": "2026-03-15", **content} if content else None)


def granted(amount, **more):
    return {"amount": amount, **more}


def test_money_is_summed_to_the_fen_and_an_enterprise_counts_once():
    found = tally([
        came(**granted("0.10", balance="0.05", first_time=True)), came(**granted("0.20", balance="0.10")),
        came(firm="b", outcome="refused"), came(firm="c"),
    ])[GOOD].members()  # fmt: skip
    assert found == {
        "answers": 4, "enterprises": 3, "reported": 3, "granted": 2, "refused": 1, "admission_rate": "0.6667",
        "first_time": 1, "amount": "0.30", "balance": "0.15", "defaults_told": 0, "defaulted": 0, "default_rate": None,
    }  # fmt: skip


def test_a_default_counts_among_those_of_which_it_was_told():
    found = tally([
        came(**granted("1", defaulted=True)), came(**granted("1", defaulted=False)), came(**granted("1")),
    ])[GOOD].members()  # fmt: skip
    assert (found["defaults_told"], found["defaulted"], found["default_rate"]) == (2, 1, "0.5000")


def test_what_stands_in_several_groups_is_one_enterprise_in_all():
    groups = tally([came(**granted("1")), came(FAIR, **granted("2"))])
    total = together(groups.values()).members()
    assert (total["answers"], total["enterprises"], total["amount"]) == (2, 1, "3.00")


@pytest.mark.parametrize(("part", "of", "told"), [(1, 3, "0.3333"), (2, 3, "0.6667"), (0, 7, "0.0000"), (0, 0, None)])
def test_a_rate_is_told_to_four_places(part, of, told):
    assert rate(part, of) == told


def line(answers, granted=None, **more):
    granted = answers if granted is None else granted
    return {
        "product": "score", "answers": answers, "enterprises": answers, "reported": answers, "granted": granted,
        "refused": answers - granted, "admission_rate": rate(granted, answers), "first_time": granted,
        "amount": "1.00", "balance": "1.00", "defaults_told": granted, "defaulted": 0, "default_rate": "0.0000", **more,
    }  # fmt: skip


def hidden(shown):
    return [all(one[name] is None for name in (*COUNTS, *OUTCOMES)) for one in shown]


@pytest.mark.parametrize(
    ("firms", "gone"), [(0, False), (1, True), (FEWEST - 1, True), (FEWEST, False), (FEWEST + 1, False)]
)
def test_figures_of_fewer_than_five_enterprises_are_not_told(firms, gone):
    assert hidden([protected_total(line(firms))]) == [gone]


def test_what_one_hidden_line_is_follows_from_no_total():
    lines = [line(3), line(50), line(20), line(100)]
    assert hidden(protected(lines)) == [True, False, True, False]
    assert hidden(protected([line(2), line(2), line(50)])) == [True, True, True]  # four in all are still few
    assert hidden(protected([line(3), line(3), line(50)])) == [True, True, False]
    assert hidden(protected([line(3), line(50)])) == [True, True]


def test_few_of_an_outcome_hide_every_outcome_that_tells_of_them():
    shown = protected_total(line(100, granted=98))
    assert (shown["answers"], shown["reported"]) == (100, 100)
    assert {shown[name] for name in OUTCOMES} == {None}
    few = protected_total(line(100, granted=50, first_time=2))
    assert (few["granted"], few["first_time"]) == (50, None)
    most = protected_total(line(100, granted=50, first_time=48, defaulted=1))
    assert (most["first_time"], most["defaulted"], most["default_rate"]) == (None, None, None)


def test_what_a_line_does_not_tell_none_of_its_parts_does():
    total = protected_total(line(100, granted=98))
    parts = protected_under(total, [line(60, granted=50), line(40, granted=30)])
    assert all(one[name] is None for one in parts for name in OUTCOMES)
    assert [one["answers"] for one in parts] == [60, 40]


@pytest.fixture
async def ready(story):
    """Two enterprises, two banks, each with answers; the first bank reports."""
    if "s-1" not in story.keys:
        for number in (1, 2):
            await story.push("market_regulation", "ent_registration", registration(number))
        await story.feeds()
        for account, bank in (("bank-1", "bank"), ("bank-2", "bank-two")):
            await story.account(account, bank)
            for number in (1, 2):
                await story.consent(account, number)
        await story.enrol("auditor-1", "auditor")
        for number, content in ((1, {"outcome": "granted", "amount": "100.00", "balance": "60.50", "first_time": True}),
                                (2, {"outcome": "refused"})):  # fmt: skip
            await tell(story, (await story.ask("bank-1", number)).json()["inquiry"], **content)
        await story.ask("bank-2", 1)
    return story


async def tell(story, inquiry, **content):
    told = {"inquiry": inquiry, "decided_on": TODAY.isoformat(), **content}
    answer = await story.client.post("/v1/usage-results", json=told, headers=await story.headers("bank-1"))
    assert answer.status_code in {200, 201}, answer.text
    return answer


async def own(story, account="bank-1", **asked):
    answer = await story.client.get("/v1/usage-report", params=asked, headers=await story.headers(account))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_institution_reads_its_own_exactly_and_nobody_elses(ready):
    found = await own(ready)
    assert found["institution"] == "bank"
    total = found["total"]
    assert (total["answers"], total["granted"], total["refused"], total["first_time"]) == (2, 1, 1, 1)
    assert (total["amount"], total["balance"], total["admission_rate"]) == ("100.00", "60.50", "0.5000")
    assert {one["product"] for one in found["bands"]} == {"score"}
    assert {one["band"] for one in found["bands"]} <= {"excellent", "good", "fair", "poor", "none"}
    assert sum(one["answers"] for one in found["bands"]) == sum(one["answers"] for one in found["products"]) == 2
    other = await own(ready, "bank-2")
    assert (other["total"]["answers"], other["total"]["reported"]) == (1, 0)


async def test_a_later_version_takes_the_place_of_the_one_before(ready):
    inquiry = (await ready.ask("bank-1", 1)).json()["inquiry"]
    before = (await own(ready))["total"]
    await tell(ready, inquiry, outcome="granted", amount="10.00", balance="10.00")
    await tell(ready, inquiry, outcome="granted", amount="10.00", balance="4.00", defaulted=True)
    after = (await own(ready))["total"]
    assert after["granted"] == before["granted"] + 1
    assert float(after["balance"]) == float(before["balance"]) + 4
    assert (after["defaulted"], after["defaults_told"]) == (1, 1)
    wrong = {"inquiry": inquiry, "outcome": "refused", "defaulted": True, "decided_on": TODAY.isoformat()}
    answer = await ready.client.post("/v1/usage-results", json=wrong, headers=await ready.headers("bank-1"))
    assert slug(answer) == "invalid-request"


async def test_operators_and_auditors_read_others_protected_and_it_is_recorded(ready):
    headers = await ready.headers("auditor-1")
    found = (await ready.client.get("/v1/admin/usage-report", headers=headers)).json()
    assert (found["institution"], found["total"]["answers"]) == (None, None)
    one = (await ready.client.get("/v1/admin/usage-report", params={"institution": "bank"}, headers=headers)).json()
    assert one["institution"] == "bank"
    assert "100.00" not in str(one)
    assert await rows(
        ready, "SELECT count(*) > 1 FROM audit_event WHERE type = 'usage.counted' AND actor LIKE '%auditor-1%'"
    ) == [(True,)]
    refused = await ready.client.get("/v1/admin/usage-report", headers=await ready.headers("bank-1"))
    assert slug(refused) == "insufficient-scope"


async def test_whoever_oversees_nobody_counts_nothing(ready):
    async with ready.gateway.units.begin("test.count", Actor("bank-1", "account", "bank")) as work:
        with pytest.raises(DeniedError):
            await read_results(work)
    async with ready.gateway.units.begin("test.count", OPERATOR) as work:
        assert (await read_results(work, "nobody")).total["answers"] == 0


@pytest.mark.parametrize(
    ("since", "until", "sound"),
    [(TODAY - timedelta(days=LONGEST_DAYS - 1), TODAY, True), (TODAY - timedelta(days=LONGEST_DAYS), TODAY, False),
     (TODAY, TODAY, True), (TODAY + timedelta(days=1), TODAY, False), (date(1900, 1, 1), date(1900, 1, 2), False),
     (None, date(1, 1, 1), False), (date(9999, 12, 31), None, False)],
)  # fmt: skip
async def test_a_period_has_its_days_included_and_is_no_longer_than_a_year(ready, since, until, sound):
    async with ready.gateway.units.begin("test.count", Actor("bank-1", "account", "bank")) as work:
        if sound:
            found = await read_own_results(work, since, until)
            assert (found.since, found.until, found.total["answers"] > 0) == (since, until, True)
        else:
            with pytest.raises(DeniedError):
                await read_own_results(work, since, until)


@pytest.mark.parametrize(("fewer", "sound"), [(1, False), (0, True), (-1, True)])
async def test_a_report_is_of_so_many_answers_at_most(ready, monkeypatch, fewer, sound):
    async with ready.gateway.units.begin("test.count", Actor("bank-1", "account", "bank")) as work:
        monkeypatch.setattr(reports, "MOST_ANSWERS", (await read_own_results(work)).total["answers"] - fewer)
        if sound:
            await read_own_results(work)
        else:
            with pytest.raises(DeniedError, match="too many answers"):
                await read_own_results(work)


async def test_a_day_without_answers_has_none_and_the_last_year_is_read_unless_said(ready):
    yesterday = TODAY - timedelta(days=1)
    assert (await own(ready, since=yesterday.isoformat(), until=yesterday.isoformat()))["total"]["answers"] == 0
    found = await own(ready)
    assert date.fromisoformat(found["until"]) - date.fromisoformat(found["since"]) == timedelta(days=DEFAULT_DAYS - 1)
