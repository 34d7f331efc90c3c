"""People ask through an account that is open to them: both are named, and what ends for either ends the question."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from gateway.identity.clients.limits import Limits, set_for_people, set_limits
from gateway.inquiries.answers import Answered
from gateway.inquiries.foresight import foresee
from gateway.inquiries.inquiry import inquire
from gateway.inquiries.own_inquiries import InquiryFilter, get_own_inquiry, list_own_inquiries, reopen_answer
from gateway.inquiries.own_usage import list_waiting
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.store import Asked
from gateway.people.sessions import Present
from gateway.people.standing import set_standing
from gateway.people.through import Through, find_accounts
from gateway.providers.registered import EMBEDDED
from gateway.quota.use import read_quota_use
from gateway.rates.limiter import Limiter
from gateway.rates.limits import RateLimits
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial, DeniedError
from scoring_adapter.providers.asking import Providers
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.gates import held
from tests.identities import change
from tests.persons import invited
from tests.stories import registration

LI = "person:li"
ACCOUNT = Actor("bank-1", "account", "bank", person=LI)
READER = Actor(LI, "person", "bank", person=LI)
STRANGER = Actor("person:wu", "person", "bank-two", person="person:wu")
DIGEST = b"d" * 32


@pytest.fixture
async def ready(story):
    """Enterprise 1 is on record and permits bank-1, through which li may ask."""
    if "s-1" not in story.keys:
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.account("bank-1", "bank")
        await story.account("bank-2", "bank-two")
        await story.consent("bank-1", 1, products=["score", "health_check"])
        await invited(story.gateway, "li", "staff", institution="bank")
        assert (await story.ask("bank-1", 1)).status_code == 200  # its counters are there
    await stand(story, "active")
    await open_to_people(story)
    yield story
    await change(story.gateway, "client:bank-1", "resume")


async def stand(story, status):
    async with story.gateway.units.begin("test.person", OPERATOR) as work:
        await work.session.execute(text("UPDATE person SET password_hash = 'x' WHERE person_id = 'li'"))
        await set_standing(work, person_id="li", status=status)


async def open_to_people(story, *, allowed=True):
    async with story.gateway.units.begin("test.for-people", OPERATOR) as work:
        await set_for_people(work, client_id="bank-1", allowed=allowed)


def question(number=1, **changes):
    made = InquiryRequest(
        uuid7(), "bank-1", "bank", uscc(number), "score", "pre_loan", EMBEDDED, None, None, person=LI, by_form=True
    )
    return replace(made, **changes)


async def put(story, request, key=None):
    providers = Providers()
    asked = Asked(key or str(uuid4()), DIGEST, None)
    return await inquire(story.gateway.units, providers, ACCOUNT, request, asked)


async def rows(story, query, **values):
    async with story.gateway.database.begin("test.read", role="owner") as session:
        return [tuple(row) for row in await session.execute(text(query), values)]


async def test_the_inquiry_the_event_and_the_ledger_name_account_and_person(ready):
    told = await put(ready, question())
    assert isinstance(told, Answered)
    query = """SELECT i.account, i.person, l.account, l.person, e.account, e.actor
        FROM inquiry i JOIN quota_ledger l USING (inquiry_id) JOIN audit_event e ON e.event_id = i.event_id
        WHERE inquiry_id = :id"""
    assert await rows(ready, query, id=told.inquiry_id) == [("bank-1", LI) * 3]


async def test_a_form_that_is_sent_twice_at_once_asks_once(ready):
    first, second = await asyncio.gather(*(put(ready, question(), "form a") for _ in range(2)))
    assert first.inquiry_id == second.inquiry_id
    assert {first.replayed, second.replayed} == {False, True}


async def test_a_form_that_was_denied_does_not_ask_again_and_leads_to_the_denial(ready):
    denied = await put(ready, question(purpose="renewal"), "form b")
    assert denied.reason == "consent-purpose-mismatch"
    again = await put(ready, question(purpose="renewal"), "form b")
    assert (again.reason, again.members["inquiry"]) == ("request-in-progress", denied.members["inquiry"])
    assert len(await rows(ready, "SELECT FROM inquiry WHERE purpose = 'renewal' AND person = :p", p=LI)) == 1
    program = replace(question(purpose="renewal"), by_form=False)
    for _ in range(2):  # a program's key is free again
        assert (await put(ready, program, "program")).reason == "consent-purpose-mismatch"
        program = replace(program, inquiry_id=uuid7())


async def suspend_person(story):
    await stand(story, "suspended")


async def close_to_people(story):
    await open_to_people(story, allowed=False)


async def suspend_account(story):
    await change(story.gateway, "client:bank-1", "suspend")


ENDS = {
    "person-suspended": suspend_person,
    "account-not-for-people": close_to_people,
    "account-suspended": suspend_account,
}


@pytest.mark.parametrize("reason", ENDS)
async def test_what_ends_while_a_person_waits_denies_the_question(ready, reason):
    async with held(ready.gateway.database, "SELECT FROM quota_period FOR UPDATE") as gate:
        asked = asyncio.create_task(put(ready, question()))
        await gate.waiting(1)
        await ENDS[reason](ready)
    told = await asked
    assert isinstance(told, Denial)
    assert told.reason == reason


@pytest.mark.parametrize("reason", ENDS)
async def test_a_suspension_waits_for_the_question_that_was_admitted(ready, reason):
    async with held(ready.gateway.database, "LOCK TABLE inquiry IN SHARE MODE") as gate:
        asked = asyncio.create_task(put(ready, question()))
        await gate.waiting(1)
        ending = asyncio.create_task(ENDS[reason](ready))
        await gate.waiting(2)
    assert isinstance(await asked, Answered)
    await ending


async def test_what_is_foreseen_is_what_asking_would_say(ready):
    cases = {
        None: question(),
        "consent-purpose-mismatch": question(purpose="subsidy"),
        "consent-required": question(7),
        "consent-not-found": None,
    }
    async with ready.gateway.units.begin("test.foresee", ACCOUNT) as work:
        sound = await foresee(work, cases[None])
        assert (sound.units, sound.denial, len(sound.consents)) == (1, None, 1)
        assert sound.consents[0].terms.uscc == uscc(1)
        assert {room.policy for room in sound.rooms} == {"acct-day", "acct-month", "inst-day", "inst-month"}
        for reason in ("consent-purpose-mismatch", "consent-required"):
            told = await foresee(work, cases[reason])
            assert (told.denial.reason, list(told.consents)) == (reason, [])
    await close_to_people(ready)
    async with ready.gateway.units.begin("test.foresee", ACCOUNT) as work:
        assert (await foresee(work, question())).denial.reason == "account-not-for-people"


async def test_a_spent_consent_and_a_spent_quota_are_foreseen(ready):
    await ready.consent("bank-1", 1, purpose="guarantee_review", max_uses=1)
    assert isinstance(await put(ready, question(purpose="guarantee_review")), Answered)
    async with ready.gateway.units.begin("test.foresee", ACCOUNT) as work:
        assert (await foresee(work, question(purpose="guarantee_review"))).denial.reason == "consent-uses-exhausted"
        room = (await foresee(work, question())).rooms[0]
    for left, reason in ((1, None), (0, "quota-exceeded")):
        await ready.plan("account", "bank-1", room.used + left, 1000)
        async with ready.gateway.units.begin("test.foresee", ACCOUNT) as work:
            denial = (await foresee(work, question())).denial
        assert (denial and denial.reason) == reason
    await ready.plan("account", "bank-1", 1000)


async def test_whether_an_unpermitted_enterprise_is_on_record_is_not_foreseen(ready):
    await ready.push("market_regulation", "ent_registration", registration(9))
    async with ready.gateway.units.begin("test.foresee", ACCOUNT) as work:
        known, unknown = [await foresee(work, question(number)) for number in (9, 10)]
    assert known.denial == unknown.denial
    assert known.denial.reason == "consent-required"


async def test_an_answer_is_looked_at_again_while_its_consent_holds_and_each_look_is_recorded(ready):
    consent = await ready.consent("bank-1", 1, purpose="post_loan")
    given = await put(ready, question(purpose="post_loan"))
    async with ready.gateway.units.begin("test.again", ACCOUNT) as work:
        assert await reopen_answer(work, given.inquiry_id) == given.answer
    revoked = await ready.client.post(
        f"/v1/consents/{consent['consent']}/revoke", headers=await ready.headers("s-1")
    )  # fmt: skip
    assert revoked.status_code == 200
    async with ready.gateway.units.begin("test.again", ACCOUNT) as work:
        assert (await reopen_answer(work, given.inquiry_id)).reason == "consent-revoked"
    query = """SELECT actor, outcome FROM audit_event WHERE type = 'inquiry.replayed'
        AND convert_from(leaf, 'UTF8')::json ->> 'exch' = :id ORDER BY event_id"""
    assert await rows(ready, query, id=str(given.inquiry_id)) == [(LI, "replayed"), (LI, "consent-revoked")]


async def test_another_institutions_inquiry_and_a_programs_answer_are_not_shown(ready):
    given = await put(ready, question())
    other = replace(ACCOUNT, client_id="bank-2", institution_id="bank-two")
    for actor, reason in (
        (other, "inquiry-not-found"),
        (replace(ACCOUNT, client_id="bank-1b"), "account-not-for-people"),
    ):
        async with ready.gateway.units.begin("test.again", actor) as work:
            with pytest.raises(DeniedError) as refused:
                await reopen_answer(work, given.inquiry_id)
        assert refused.value.denial.reason == reason
    async with ready.gateway.units.begin("test.get", STRANGER) as work:
        with pytest.raises(DeniedError) as refused:
            await get_own_inquiry(work, given.inquiry_id)
        assert refused.value.denial.reason == "inquiry-not-found"
        assert (await list_own_inquiries(work, InquiryFilter(), limit=10)).total == 0
        assert (await list_waiting(work, limit=10))[1] == 0


async def test_own_inquiries_are_found_by_what_they_were_and_who_asked(ready):
    await put(ready, question(purpose="subsidy"))
    async with ready.gateway.units.begin("test.list", READER) as work:
        everything = await list_own_inquiries(work, InquiryFilter(), limit=100)
        assert everything.total == len(everything.rows)
        assert (everything.names[uscc(1)], everything.people[LI]) == ("瓯海第1鞋业有限公司", "王小二 li")
        for wanted, kept in (
            (InquiryFilter(purpose="subsidy"), lambda row: row.purpose == "subsidy"),
            (InquiryFilter(product="health_check"), lambda row: row.product == "health_check"),
            (InquiryFilter(ending="denied"), lambda row: row.state == "denied"),
            (InquiryFilter(ending="answered"), lambda row: row.state == "answered"),
            (InquiryFilter(person="li"), lambda row: row.person == LI),
            (InquiryFilter(person="小二"), lambda row: row.person == LI),
            (InquiryFilter(person="nobody"), lambda _row: False),
            (InquiryFilter(until=everything.rows[0].created_at), lambda row: row != everything.rows[0]),
            (InquiryFilter(since=everything.rows[0].created_at), lambda row: row == everything.rows[0]),
        ):
            found = await list_own_inquiries(work, wanted, limit=100)
            assert [row.inquiry_id for row in found.rows] == [
                row.inquiry_id for row in everything.rows if kept(row)
            ], wanted  # fmt: skip
        second = await list_own_inquiries(work, InquiryFilter(), limit=1, offset=1)
        assert (second.rows[0].inquiry_id, second.total) == (everything.rows[1].inquiry_id, everything.total)


async def test_the_quotas_use_is_told_for_the_institution_and_each_account(ready):
    async with ready.gateway.units.begin("test.quota", READER) as work:
        before = await read_quota_use(work)
    assert isinstance(await put(ready, question(product="health_check")), Answered)
    async with ready.gateway.units.begin("test.quota", READER) as work:
        use = await read_quota_use(work)
    assert [(holder.scope, holder.id, holder.for_people) for holder in use.holders] == [
        ("institution", "bank", False), ("account", "bank-1", True)
    ]  # fmt: skip
    for old, new in zip(before.holders, use.holders, strict=True):
        assert new.used_day == old.used_day + 3 == new.by_day[use.today]
        assert new.by_product["health_check"] == old.by_product.get("health_check", 0) + 3
        assert sum(new.by_product.values()) == new.used_month


PRESENT = {
    "person_id": "li", "name": "王小二", "role": "staff", "institution_id": "bank", "agency": None, "office": None,
    "enterprise": None, "waits_until": None, "csrf": "x",
}  # fmt: skip


async def through(story):
    async with story.gateway.units.begin("test.accounts", READER) as work:
        accounts = await find_accounts(work, "bank")
    return Through(Present(**PRESENT), accounts, await story.gateway.access.current(), None, story.gateway.limiter)


async def test_a_person_acts_through_accounts_that_are_open_to_them_within_their_limits(ready):
    one = await through(ready)
    assert one.acting("inquiries") == replace(ACCOUNT, scopes=frozenset({"inquiries", "consents", "usage-results"}))
    refused = {}
    with pytest.raises(DeniedError) as refused["account-not-for-people"]:
        one.acting("inquiries", "bank-2")
    limits = RateLimits({("account", "bank-1", "burst"): 1, ("account", "bank-1", "rate"): 1})
    hasty = replace(one, limiter=Limiter(ready.gateway.database), access=replace(one.access, rates=limits))
    hasty.acting("inquiries")
    with pytest.raises(DeniedError) as refused["rate-exceeded"]:
        [hasty.acting("inquiries") for _ in range(3)]
    await hasty.limiter.close()
    await limit(ready, Limits(["consents"], None, None, []))
    with pytest.raises(DeniedError) as refused["insufficient-scope"]:
        (await through(ready)).acting("inquiries")
    await limit(ready, Limits(None, None, ["10.0.0.0/8"], []))
    with pytest.raises(DeniedError) as refused["address-not-allowed"]:
        (await through(ready)).acting("inquiries")
    await limit(ready, Limits(None, None, None, []))
    await suspend_account(ready)
    with pytest.raises(DeniedError) as refused["account-suspended"]:
        (await through(ready)).acting("inquiries")
    await close_to_people(ready)
    assert (await through(ready)).accounts == []
    assert {reason: caught.value.denial.reason for reason, caught in refused.items()} == {r: r for r in refused}


async def limit(story, limits):
    async with story.gateway.units.begin("test.limit", OPERATOR) as work:
        await set_limits(work, client_id="bank-1", limits=limits)
    story.gateway.access.expire()
