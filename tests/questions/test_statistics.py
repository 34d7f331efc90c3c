"""What is counted of a period: by whom, why not, when, about whom by how many, again and again; and who may count."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from audit.search import first_id
from connectors.model.calendar import SHANGHAI
from gateway.inquiries.asked import AskedFilter, list_asked
from gateway.inquiries.statistics import Period
from gateway.inquiries.tables import Inquiry
from gateway.questions.one import get_asked, list_behind
from gateway.questions.patterns import UNUSUAL_FROM, find_unusual
from gateway.questions.statistics import LONGEST_DAYS, read_statistics
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.enterprises import uscc
from tests.stories import slug

AUDITOR = Actor("auditor-1", "auditor")


def monday() -> datetime:
    """Return the first Monday of next month in Beijing: a partition is there, and nothing else is asked then."""
    first = (datetime.now(SHANGHAI).replace(day=1) + timedelta(days=32)).replace(day=2, hour=0, minute=0, second=0)
    return first.replace(microsecond=0) + timedelta(days=-first.weekday() % 7)


MONDAY = monday()
WEEK = Period(MONDAY, MONDAY + timedelta(days=7))


def inquiry(day, hour, account="bank-1", number=1, outcome="answered", minute=0, **more):
    at = MONDAY + timedelta(days=day, hours=hour, minutes=minute)
    state = {"answered": "answered", "open": "admitted", "expired": "expired"}.get(outcome, "denied")
    made = UUID(int=first_id(at).int | random.getrandbits(62))
    return Inquiry(
        inquiry_id=made, account=account, institution=f"of-{account}", intermediary=None, subject_id=None,
        uscc=uscc(number), product="score", purpose="pre_loan", provider="embedded", consent_id=None,
        consent_version=None, state=state, outcome=outcome, units=0, answer="x" if state == "answered" else None,
        created_at=at, expires_at=None, settled_at=None if state == "admitted" else at, event_id=uuid4(),
    ).model_copy(update=more)  # fmt: skip


ROWS = [
    *(inquiry(0, 10, minute=n) for n in range(4)),  # four times the same on Monday
    *(inquiry(0, 11, "bank-2", outcome="consent-required", minute=n) for n in range(2)),
    inquiry(1, 2, "bank-3"), inquiry(1, 22, "bank-3", 2), inquiry(1, 21, "bank-3", 3), inquiry(1, 6, "bank-3", 4),
    inquiry(5, 12, "bank-2", 2, "quota-exceeded"), inquiry(6, 23, "bank-1", 2, "upstream-unavailable"),
    inquiry(2, 9, "bank-1", 5, "expired"), inquiry(2, 9, "bank-1", 6, "open"),
]  # fmt: skip


@pytest.fixture
async def counted(gateway):
    """The statistics of the week, by an auditor."""
    async with gateway.units.begin("test.rows", AUDITOR) as work:
        if await list_behind(work, AskedFilter(WEEK), None, 1) == []:
            work.session.add_all([Inquiry(**one.model_dump()) for one in ROWS])
    async with gateway.units.begin("test.count", AUDITOR) as work:
        return await read_statistics(work, WEEK.since, WEEK.until)


async def rows(gateway, before=None, limit=100, **wanted):
    async with gateway.database.begin("test.list") as session:
        return [one for one, _ in await list_asked(session, AskedFilter(WEEK, **wanted), before, limit)]


async def test_how_it_ended_and_who_asked(counted):
    assert counted.endings == {"answered": 8, "denied": 3, "failed": 2, "open": 1}
    assert counted.asked == len(ROWS)
    assert counted.institutions == {"of-bank-1": 7, "of-bank-3": 4, "of-bank-2": 3}
    first = counted.accounts[0]
    assert (first.account, first.asked, first.answered, first.denied, first.failed) == ("bank-1", 7, 4, 0, 2)
    assert sorted(counted.reasons) == [
        ("consent-required", 2), ("expired", 1), ("quota-exceeded", 1), ("upstream-unavailable", 1),
    ]  # fmt: skip


async def test_nights_and_weekends_are_those_of_beijing(counted):
    assert counted.nights == 3  # at 2, 22 and 23; not at 21 and at 6
    assert (sum(counted.weekends), counted.weekends[12], counted.weekends[23]) == (2, 1, 1)
    assert (counted.weekdays[10], counted.weekdays[2], counted.weekdays[22]) == (4, 1, 1)


async def test_what_several_asked_about_and_what_one_asked_again(counted):
    assert [(one.uscc, one.institutions, one.asked) for one in counted.shared] == [(uscc(1), 3, 7), (uscc(2), 3, 3)]
    assert [(one.account, one.uscc, one.day, one.asked) for one in counted.repeated] == [
        ("bank-1", uscc(1), MONDAY.date(), 4)
    ]


async def test_every_figure_leads_to_as_many_rows(gateway, counted):
    for one in counted.accounts:
        assert len(await rows(gateway, account=one.account, institution=one.institution)) == one.asked
    for reason, number in counted.reasons:
        assert len(await rows(gateway, outcome=reason)) == number
    for ending, number in counted.endings.items():
        assert len(await rows(gateway, outcome=ending)) == number
    assert len(await rows(gateway, hours=[22, 23, 0, 1, 2, 3, 4, 5])) == counted.nights
    assert len(await rows(gateway, weekend=True)) == sum(counted.weekends)
    assert len(await rows(gateway, uscc=uscc(1))) == 7
    assert await rows(gateway, account="bank-1", product="health_check") == []


async def test_rows_come_newest_first_and_page_by_page(gateway, counted):
    everything = [one.id for one in await rows(gateway)]
    assert everything == sorted(everything, reverse=True)
    paged, before = [], None
    while page := await rows(gateway, before, 4):
        paged += [one.id for one in page]
        before = page[-1].id
    assert paged == everything


def test_an_account_at_hours_that_are_not_its_own_is_named_from_the_threshold_on():
    usual = {("bank-1", 10): 49, ("bank-1", 3): 1}
    assert [(one.account, one.hours, one.asked, one.of) for one in find_unusual(usual)] == [("bank-1", (3,), 1, 50)]
    assert find_unusual({**usual, ("bank-1", 10): UNUSUAL_FROM - 2}) == []  # one too few in all
    assert find_unusual({**usual, ("bank-1", 3): 2}) == []  # more than two in a hundred
    assert find_unusual({("bank-1", 23): 99, ("bank-1", 0): 1}) == []  # the hour before is its own
    assert find_unusual({("bank-1", 22): 99, ("bank-1", 0): 1})[0].hours == (0,)


async def test_a_period_is_a_year_at_most_and_no_empty_one(gateway):
    longest = timedelta(days=LONGEST_DAYS)
    for since, until, fits in (
        (MONDAY - longest, MONDAY, True), (MONDAY - longest - timedelta(seconds=1), MONDAY, False),
        (MONDAY, MONDAY, False), (MONDAY, None, False), (MONDAY.replace(year=1), MONDAY.replace(year=9999), False),
        (MONDAY.replace(year=1), MONDAY.replace(year=2), True), (None, None, True),
    ):  # fmt: skip
        async with gateway.units.begin("test.period", AUDITOR) as work:
            if fits:
                await read_statistics(work, since, until)
            else:
                with pytest.raises(DeniedError):
                    await read_statistics(work, since, until)


@pytest.mark.parametrize(
    "kind", ["account", "agency", "signatory", "operator", "system", "platform", "person", "program"]
)
async def test_only_auditors_count(gateway, kind):
    async with gateway.units.begin("test.count", Actor("somebody", kind)) as work:
        for refused in (
            read_statistics(work, None, None), list_behind(work, AskedFilter(WEEK), None, 1), get_asked(work, uuid7()),
        ):  # fmt: skip
            with pytest.raises(DeniedError) as denied:
                await refused
            assert denied.value.denial.reason == "insufficient-scope"


LONG = {"since": "2020-01-01T00:00:00Z", "until": "2022-01-01T00:00:00Z"}


async def test_over_http_it_is_recorded_and_refused_to_others(asked):
    headers = await asked.story.headers("auditor-1")
    told = (await asked.story.client.get("/v1/audit/statistics", headers=headers)).json()
    assert told["asked"] == sum(told["outcomes"].values()) == 7
    assert {"reason": "invalid-subject", "asked": 2} in told["reasons"]
    async with asked.story.gateway.database.begin("test.events") as session:
        query = "SELECT actor, outcome FROM audit_event WHERE type = 'questions.counted' ORDER BY event_id DESC LIMIT 1"
        assert tuple((await session.execute(text(query))).one()) == ("auditor-1", "read")
    refused = await asked.story.client.get("/v1/audit/statistics", headers=await asked.story.headers("bank-1"))
    assert (refused.status_code, slug(refused)) == (403, "insufficient-scope")
    for params in ({"since": "yesterday"}, {"more": "1"}, LONG):
        answer = await asked.story.client.get("/v1/audit/statistics", params=params, headers=headers)
        assert (answer.status_code, answer.json()["invalid_params"] != []) == (400, True)


async def test_an_inquiry_is_shown_with_its_consent_s_whole_life(asked):
    gateway = asked.story.gateway
    async with gateway.units.begin("test.one", AUDITOR) as work:
        told = await get_asked(work, UUID(asked.ids["answered"]))
        denied = await get_asked(work, UUID(asked.ids["denied"]))
        stranger = await get_asked(work, UUID(asked.ids["stranger"]))
    assert (told.uscc, told.subject.uscc, told.terms.institution) == (uscc(1), uscc(1), "bank")
    assert [one.status for one in told.versions] == ["requested", "active"]
    assert [one.type for one in told.asked.entries] == ["inquiry.answered", "inquiry.replayed"]
    assert [one.content["outcome"] for one in told.asked.question.usage] == ["granted"]
    assert (denied.terms, denied.asked.question.reason) == (None, "consent-required")
    assert (stranger.subject, [one.type for one in stranger.asked.entries]) == (None, ["inquiry.denied"])
    async with gateway.units.begin("test.one", AUDITOR) as work:
        with pytest.raises(DeniedError, match="inquiry-not-found"):
            await get_asked(work, uuid7())


async def test_a_consent_of_another_enterprise_is_not_shown_with_a_denied_question(asked):
    other = (await asked.story.consent("bank-1", 2))["consent"]
    wrong = (await asked.story.ask("bank-1", 1, consent=other)).json()["inquiry"]
    async with asked.story.gateway.units.begin("test.one", AUDITOR) as work:
        told = await get_asked(work, UUID(wrong))
    assert (str(told.asked.question.consent[0]), told.terms, told.versions) == (other, None, [])


@pytest.mark.parametrize("wanted", [{"institution": "nobank"}, {"account": "nobody"}, {"outcome": "grated"}])
async def test_a_figure_that_nothing_can_match_is_refused(gateway, wanted):
    async with gateway.units.begin("test.list", AUDITOR) as work:
        with pytest.raises(DeniedError):
            await list_behind(work, AskedFilter(WEEK, **wanted), None, 10)


async def test_a_filter_of_a_figure_names_its_period(gateway, counted):
    later = replace(WEEK, since=WEEK.until, until=WEEK.until + timedelta(days=1))
    async with gateway.units.begin("test.list", AUDITOR) as work:
        assert await list_behind(work, AskedFilter(later), None, 10) == []
