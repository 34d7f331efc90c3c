"""What ends while an inquiry waits for a lock or for a provider ends the inquiry too, and quota is never overdrawn."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.evidence.conservation import find_differences
from gateway.identity.clients.delegations import end_delegation, grant_delegation
from gateway.inquiries import relaying
from gateway.inquiries.store import expire_intents
from gateway.runtime.actor import PROGRAM
from scoring_adapter.providers.asking import Providers
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.gates import held, writes_to
from tests.identities import change
from tests.providers import provider, registered
from tests.stories import registration, slug, today

HEADS = "SELECT FROM consent_head FOR UPDATE"
COUNTERS = "SELECT FROM quota_period FOR UPDATE"


@pytest.fixture(scope="module")
def url():
    with provider() as opened:
        yield opened


@pytest.fixture
async def ready(story, url):
    if "s-1" not in story.keys:
        await registered(story.gateway, "five-force", url, time_ms=10_000)
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.account("bank-1", "bank")
        await story.consent("bank-1", 1)
        assert (await story.ask("bank-1", 1)).status_code == 200  # its counters are there
    yield story
    await change(story.gateway, "institution:bank", "resume")
    await change(story.gateway, "client:bank-1", "resume")
    await story.account("bank-1", "bank")
    assert await differences(story) == []


async def differences(story):
    async with story.gateway.units.begin("test.reconcile", PROGRAM) as work:
        return await find_differences(work)


async def rows(story, query):
    async with story.gateway.database.begin("test.read", role="owner") as session:
        return [tuple(row) for row in await session.execute(text(query))]


async def used(story):
    day = (await story.client.get("/v1/quota", headers=await story.headers("bank-1"))).json()["day"]
    return day["used"], day["reserved"]


async def suspend_institution(story):
    await change(story.gateway, "institution:bank", "suspend")


async def suspend_account(story):
    await change(story.gateway, "client:bank-1", "suspend")


async def lower_plan(story):
    await story.plan("account", "bank-1", 0)


ENDS = {
    "institution-suspended": suspend_institution,
    "account-suspended": suspend_account,
    "quota-exceeded": lower_plan,
}


@pytest.mark.parametrize("waits_for", [HEADS, COUNTERS])
@pytest.mark.parametrize("reason", ENDS)
async def test_what_ends_while_an_inquiry_waits_for_a_lock_denies_it(ready, reason, waits_for):
    async with held(ready.gateway.database, waits_for) as gate:
        asked = asyncio.create_task(ready.ask("bank-1", 1))
        await gate.waiting(1)
        await ENDS[reason](ready)
    answer = await asked
    assert slug(answer) == reason, answer.text


def while_asked(monkeypatch, happen):
    """Let something happen while the provider is being asked."""
    ask = Providers.ask

    async def ask_meanwhile(*arguments):
        answer = await ask(*arguments)
        await happen()
        return answer

    monkeypatch.setattr(Providers, "ask", ask_meanwhile)


@pytest.mark.parametrize("reason", ENDS)
async def test_what_ends_while_a_provider_is_asked_denies_its_answer(ready, monkeypatch, reason):
    while_asked(monkeypatch, lambda: ENDS[reason](ready))
    answer = await ready.ask("bank-1", 1, provider="five-force")
    assert slug(answer) == reason, answer.text
    assert await rows(ready, "SELECT count(*) FROM quota_reservation WHERE state <> 'released'") == [(0,)]


async def test_of_two_relayed_answers_on_the_last_use_of_a_consent_one_is_given_and_charged(ready, monkeypatch):
    before = await used(ready)
    await ready.consent("bank-1", 1, purpose="renewal", max_uses=1)
    both = asyncio.Barrier(2)
    while_asked(monkeypatch, both.wait)
    asked = (ready.ask("bank-1", 1, provider="five-force", purpose="renewal") for _ in range(2))
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [200, 403]
    assert {slug(answer) for answer in answers if answer.status_code == 403} == {"consent-uses-exhausted"}
    assert await used(ready) == (before[0] + 1, 0)
    query = """SELECT r.state, count(l.*) FROM quota_reservation r JOIN inquiry i USING (inquiry_id)
        LEFT JOIN quota_ledger l USING (inquiry_id) WHERE i.purpose = 'renewal' GROUP BY 1 ORDER BY 1"""
    assert await rows(ready, query) == [("released", 0), ("settled", 1)]


@pytest.fixture
def nothing_held(monkeypatch):
    """Reservations end as they are made."""
    monkeypatch.setattr(relaying, "SETTLING", timedelta(seconds=-10))


@pytest.mark.usefixtures("nothing_held")
async def test_an_answer_that_comes_when_its_reservation_has_ended_is_late(ready):
    before = await used(ready)
    late = await ready.ask("bank-1", 1, provider="five-force")
    assert (late.status_code, slug(late)) == (504, "upstream-unavailable")
    assert await used(ready) == before


@pytest.mark.usefixtures("nothing_held")
async def test_a_unit_whose_reservation_has_ended_is_spent_once(ready, monkeypatch):
    """It has gone to the second inquiry, which is being charged when the first one's answer comes."""
    answered, may_go_on = asyncio.Event(), asyncio.Event()

    async def wait():
        answered.set()
        await may_go_on.wait()

    while_asked(monkeypatch, wait)
    most = (await used(ready))[0] + 1
    await ready.plan("account", "bank-1", most)
    first = asyncio.create_task(ready.ask("bank-1", 1, provider="five-force"))
    await answered.wait()
    async with held(ready.gateway.database, writes_to("quota_ledger")) as gate:
        second = asyncio.create_task(ready.ask("bank-1", 1))
        await gate.waiting(1)
        may_go_on.set()
        await gate.waiting(2)
    assert (await second).status_code == 200
    assert slug(await first) == "quota-exceeded"
    assert await used(ready) == (most, 0)


async def test_an_answer_that_meets_the_sweep_of_its_intent_is_late(ready, monkeypatch):
    answered, may_go_on = asyncio.Event(), asyncio.Event()

    async def expire():
        async with ready.gateway.database.begin("test.expire", role="owner") as session:
            await session.execute(text("UPDATE inquiry SET expires_at = now() WHERE state = 'admitted'"))
        answered.set()
        await may_go_on.wait()

    while_asked(monkeypatch, expire)
    before = await used(ready)
    asked = asyncio.create_task(ready.ask("bank-1", 1, provider="five-force", key="swept"))
    await answered.wait()

    async def sweep():
        async with ready.gateway.units.begin("inquiry.expire", PROGRAM) as work:
            await expire_intents(work)

    async with held(ready.gateway.database, writes_to("audit_event")) as gate:
        sweeping = asyncio.create_task(sweep())
        await gate.waiting(1)
        may_go_on.set()
        await gate.waiting(2)
    await sweeping
    late = await asked
    assert (late.status_code, slug(late)) == (504, "upstream-unavailable")
    assert await used(ready) == before
    assert await rows(ready, "SELECT count(*) FROM inquiry WHERE state = 'expired'") == [(1,)]
    monkeypatch.undo()
    assert (await ready.ask("bank-1", 1, provider="five-force", key="swept")).status_code == 200


async def test_a_key_that_is_freed_while_it_is_looked_up_may_be_claimed(ready):
    """Its inquiry was denied between the two statements that claim it and read what it stands for."""
    async with held(ready.gateway.database, "LOCK TABLE inquiry IN ACCESS EXCLUSIVE MODE") as gate:
        async with ready.gateway.database.begin("test.key", role="owner") as session:
            claimed = "INSERT INTO idempotency VALUES ('bank-1', 'freed', '', gen_random_uuid(), now())"
            await session.execute(text(claimed))
        asked = asyncio.create_task(ready.ask("bank-1", 1, key="freed"))
        await gate.waiting(1)
        async with ready.gateway.database.begin("test.key", role="owner") as session:
            await session.execute(text("DELETE FROM idempotency WHERE key = 'freed'"))
    assert (await asked).status_code == 200


async def test_a_usage_result_reported_twice_at_once_is_one(ready):
    answer = (await ready.ask("bank-1", 1)).json()
    report = {"inquiry": answer["inquiry"], "outcome": "refused", "decided_on": today()}

    async def tell():
        return await ready.client.post("/v1/usage-results", json=report, headers=await ready.headers("bank-1"))

    async with held(ready.gateway.database, writes_to("usage_result")) as gate:
        both = [asyncio.create_task(tell()) for _ in range(2)]
        await gate.waiting(1)  # the other stands with it, or in the next group; two processes: test_usage_groups.py
    told = [await one for one in both]
    assert sorted(one.status_code for one in told) == [200, 201]
    assert len({one.json()["result"] for one in told}) == 1


async def asks(story, headers, key, **changes):
    """Ask with a token that was given before: none is given to a client that is being changed."""
    body = {"subject": uscc(1), "product": "score", "purpose": "pre_loan", **changes}
    return await story.client.post("/v1/inquiries", json=body, headers={"Idempotency-Key": key, **headers})


SUSPENSIONS = {reason: end for reason, end in ENDS.items() if end is not lower_plan}


@pytest.mark.parametrize("known", [False, True], ids=["new", "answered before"])
@pytest.mark.parametrize("reason", SUSPENSIONS)
async def test_an_inquiry_that_meets_a_suspension_waits_for_its_commit_and_is_denied(ready, reason, known):
    headers, key = await ready.headers("bank-1"), f"{reason}-{known}"
    if known:
        assert (await asks(ready, headers, key)).status_code == 200
    async with held(ready.gateway.database, writes_to("audit_event")) as gate:
        ending = asyncio.create_task(SUSPENSIONS[reason](ready))
        await gate.waiting(1)
        asked = asyncio.create_task(asks(ready, headers, key))
        await gate.waiting(2)
    await ending
    answer = await asked
    assert slug(answer) == reason, answer.text


async def end_passing_on(story):
    async with story.gateway.units.begin("test.end", OPERATOR) as work:
        await end_delegation(work, account="bank-1", intermediary="service", reason="test")


PASSED_ON = {
    "intermediary-suspended": lambda story: change(story.gateway, "institution:service", "suspend"),
    "delegation-ended": end_passing_on,
}


@pytest.mark.parametrize("reason", PASSED_ON)
async def test_an_inquiry_that_meets_the_end_of_who_passes_it_on_is_denied(ready, reason):
    await ready.account("service-1", "service")
    await change(ready.gateway, "institution:service", "resume")
    async with ready.gateway.units.begin("test.grant", OPERATOR) as work:
        await grant_delegation(work, account="bank-1", intermediary="service")
    headers = await ready.headers("service-1 for bank-1")
    assert (await asks(ready, headers, f"passed-1-{reason}")).status_code == 200
    async with held(ready.gateway.database, writes_to("audit_event")) as gate:
        ending = asyncio.create_task(PASSED_ON[reason](ready))
        await gate.waiting(1)
        asked = asyncio.create_task(asks(ready, headers, f"passed-2-{reason}"))
        await gate.waiting(2)
    await ending
    assert slug(await asked) == reason


@pytest.mark.parametrize("reason", SUSPENSIONS)
async def test_a_suspension_waits_for_the_inquiry_that_was_admitted_before_it(ready, reason):
    async with held(ready.gateway.database, writes_to("quota_ledger")) as gate:
        asked = asyncio.create_task(ready.ask("bank-1", 1))
        await gate.waiting(1)
        ending = asyncio.create_task(SUSPENSIONS[reason](ready))
        await gate.waiting(2)  # not made while the answer has neither been charged nor committed
    assert (await asked).status_code == 200
    await ending
