"""Callers who ask too fast are refused before anything of theirs is read or written."""

import time
from collections import Counter

import http_sf
import pytest
from sqlalchemy import text

from gateway.quota.rates import find_rates, set_rate
from gateway.rates.gcra import SECOND
from gateway.rates.limiter import Limiter
from gateway.rates.limits import RateLimits
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.worker import forget_used
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.numbered import case
from tests.second_worker import second_worker
from tests.stories import registration, slug

QUESTION = {"subject": uscc(1), "product": "score", "purpose": "pre_loan"}
REGISTERED = "https://iana.org/assignments/http-problem-types#quota-exceeded"
BANK = Actor("bank-9", "account", "house")


@pytest.fixture
async def ready(story, monkeypatch):
    """Enterprise 1 is on record, bank-1 may ask about it, and the clock of rates stands still."""
    await story.push("market_regulation", "ent_registration", registration(1))
    for account, institution in (("bank-1", "bank"), ("bank-2", "bank"), ("other-1", "other")):
        await story.account(account, institution)
    if "s-1" not in story.keys:
        await story.consent("bank-1", 1)
    yield story
    for account in ("bank-1", "bank-2"):
        await rate(story, "account", account, None, "rate", "burst")
    await rate(story, "institution", "bank", None, "rate", "burst")
    await rate(story, "signatory", "s-1", None, "rate", "burst")


async def rate(story, scope, scope_id, most, *measures):
    async with story.gateway.units.begin("test.rate", OPERATOR) as work:
        for measure in measures:
            await set_rate(work, scope, scope_id, measure, most, "测试")
    story.gateway.access.expire()


async def slowed(story, monkeypatch, scope, scope_id, burst):
    """Let a party send so many requests, and no more as long as the clock stands."""
    await rate(story, scope, scope_id, 1, "rate")
    await rate(story, scope, scope_id, burst, "burst")
    limiter, now = story.gateway.limiter, time.monotonic_ns()
    await limiter.close()  # what was asked before is told and learnt in the background: it would be counted here
    limiter._arrivals.clear()
    monkeypatch.setattr(limiter, "_clock", lambda: now)
    monkeypatch.setattr(limiter, "_untold", _Silent())


class _Silent(Counter):
    """What was asked is told to nobody: another process would have another clock."""

    def __bool__(self):
        return False


def fields(answer, name):
    parsed = http_sf.parse(answer.headers[name].encode(), tltype="list")
    return {str(item): dict(parameters) for item, parameters in parsed}


async def explain(story, account):
    return await story.client.post("/v1/inquiries:explain", json=QUESTION, headers=await story.headers(account))


@case("case-56-headers-of-a-rate", "case-61-explained-too-often")
async def test_the_last_of_a_burst_is_answered_and_one_more_is_told_how_long_to_wait(ready, monkeypatch, case):
    await slowed(ready, monkeypatch, "account", "bank-1", 3)
    first = await ready.client.get("/v1/quota", headers=await ready.headers("bank-1"))
    told = await explain(ready, "bank-1")
    last = await ready.ask("bank-1", 1)
    assert [one.status_code for one in (first, told, last)] == [200, 200, 200]
    for refused in (await ready.ask("bank-1", 1), await explain(ready, "bank-1"), await ready.request("bank-1", 1)):
        assert (refused.status_code, refused.json()["type"]) == (429, REGISTERED)
        assert refused.json()["violated-policies"] == ["acct-rate"]
        assert fields(refused, "RateLimit-Policy") == {"acct-rate": {"q": 3, "w": 3}}
        left = fields(refused, "RateLimit")["acct-rate"]
        assert left["r"] == 0
        assert 0 < left["t"] <= int(refused.headers["Retry-After"])
    assert (await ready.ask("other-1", 1)).status_code == 403  # no consent: others are judged as ever
    later = ready.gateway.limiter._clock() + int(refused.headers["Retry-After"]) * SECOND
    monkeypatch.setattr(ready.gateway.limiter, "_clock", lambda: later)
    assert (await ready.ask("bank-1", 1)).status_code == 200


async def test_an_institutions_rate_is_over_all_its_accounts_and_its_whole_is_not_told_to_one(ready, monkeypatch):
    await slowed(ready, monkeypatch, "institution", "bank", 2)
    assert [(await explain(ready, one)).status_code for one in ("bank-1", "bank-2")] == [200, 200]
    refused = await explain(ready, "bank-2")
    assert (slug(refused), refused.json()["violated-policies"]) == ("quota-exceeded", ["inst-rate"])
    assert not [name for name in refused.headers if name.lower().startswith("ratelimit")]
    assert "Retry-After" in refused.headers
    # What was refused for the institution was not taken of the account's own rate.
    assert ready.gateway.limiter._arrivals["account", "bank-2"] == ready.gateway.limiter._clock() + SECOND // 500


async def test_a_signatorys_answers_have_a_rate_too_and_an_agencys_deliveries_have_none(ready, monkeypatch):
    await slowed(ready, monkeypatch, "signatory", "s-1", 1)
    seen = [await ready.client.get("/v1/consents", headers=await ready.headers("s-1")) for _ in range(2)]
    assert [one.status_code for one in seen] == [200, 429]
    assert list(fields(seen[1], "RateLimit")) == ["signatory-rate"]
    await ready.push("market_regulation", "ent_registration", registration(1))
    assert not [party for party in ready.gateway.limiter._arrivals if party[1] == "market_regulation"]


async def test_a_caller_without_a_good_token_takes_nothing_of_anybodys_rate(ready, monkeypatch):
    await slowed(ready, monkeypatch, "account", "bank-1", 1)
    headers = await ready.headers("bank-1")
    for wrong in ({}, {"Authorization": "DPoP x"}, {**headers, "Authorization": headers["Authorization"][:-2]}):
        assert (await ready.client.get("/v1/quota", headers=wrong)).status_code == 401
    assert (await ready.client.get("/v1/quota", headers=await ready.headers("bank-1"))).status_code == 200


async def test_a_limit_acts_at_once_on_another_worker_and_ends_when_it_is_taken_away(ready):
    await rate(ready, "account", "bank-2", 1, "rate", "burst")
    async with second_worker(ready.gateway) as other:
        own, ready.client = ready.client, other
        answers = [(await ready.client.get("/v1/quota", headers=await ready.headers("bank-2"))) for _ in range(9)]
        ready.client = own
    assert {one.status_code for one in answers} == {200, 429}
    async with ready.gateway.units.begin("test.rates", OPERATOR) as work:
        assert [(one["id"], one["measure"]) for one in await find_rates(work, scope="account", limit=9)] == [
            ("bank-2", "burst"), ("bank-2", "rate")
        ]  # fmt: skip


async def test_what_was_asked_of_one_process_is_taken_of_the_rate_of_all(gateway):
    limits = RateLimits({("account", "bank-9", "rate"): 1, ("account", "bank-9", "burst"): 100})
    one, two = Limiter(gateway.database), Limiter(gateway.database)
    for _ in range(100):
        one.admit(BANK, limits)
        two.admit(BANK, limits)  # not told yet: each knows of its own
    for limiter in (one, two):
        await limiter.close()
        await limiter.share()
        with pytest.raises(DeniedError) as refused:
            limiter.admit(BANK, limits)
    wait = int(refused.value.denial.headers["Retry-After"])
    assert 50 < wait <= 101, "what was too much is waited for"


async def test_who_is_behind_the_clock_is_forgotten_here_and_in_the_table(gateway):
    clock = [time.monotonic_ns()]
    limiter = Limiter(gateway.database, clock=lambda: clock[0])
    limiter.admit(BANK, RateLimits())
    await limiter.close()
    clock[0] += 60 * SECOND
    limiter._arrivals["account", "long-ago"] = clock[0] - 1
    await limiter.share()
    assert ("account", "long-ago") not in limiter._arrivals
    async with gateway.database.begin("test.age", role="owner") as session:
        await session.execute(text("UPDATE rate_use SET arrival = 1 WHERE scope_id = 'bank-9'"))
    await forget_used(gateway)
    async with gateway.database.begin("test.read") as session:
        left = await session.execute(text("SELECT count(*) FROM rate_use WHERE scope_id = 'bank-9'"))
        assert left.scalar_one() == 0


async def test_where_the_database_cannot_say_each_process_keeps_the_rate_by_itself(gateway):
    counted, limits = Counter(), RateLimits({("account", "bank-9", "rate"): 1, ("account", "bank-9", "burst"): 3})
    limiter = Limiter(gateway.database, lambda step, outcome: counted.update([(step, outcome)]))
    async with gateway.database.begin("test.refuse", role="owner") as session:
        await session.execute(text("REVOKE ALL ON rate_use FROM xinqiao_app"))
    try:
        limiter.admit(BANK, limits)
        await limiter._sharing
        assert counted == {("rate", "unshared"): 1}
        limiter.admit(BANK, limits)
        limiter.admit(BANK, limits)
        with pytest.raises(DeniedError, match="rate-exceeded"):
            [limiter.admit(BANK, limits) for _ in range(4)]
        assert counted["rate", "account-denied"] == 1
    finally:
        await limiter.close()
        async with gateway.database.begin("test.grant", role="owner") as session:
            await session.execute(text("GRANT SELECT, INSERT, UPDATE, DELETE ON rate_use TO xinqiao_app"))
