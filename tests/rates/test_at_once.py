"""How many questions an account may have under way in one process: one below, at and one above."""

import asyncio

import http_sf
import pytest

from gateway.quota.rates import set_rate
from tests.actors import OPERATOR
from tests.gates import held, writes_to
from tests.stories import registration, slug

AT_ONCE = 2


@pytest.fixture
async def ready(story):
    await story.push("market_regulation", "ent_registration", registration(1))
    await story.account("bank-1", "bank")
    await story.account("other-1", "other")
    await story.consent("bank-1", 1)
    async with story.gateway.units.begin("test.rate", OPERATOR) as work:
        await set_rate(work, "account", "bank-1", "at-once", AT_ONCE, "测试")
    story.gateway.access.expire()
    return story


async def test_one_more_than_may_be_under_way_is_refused_and_when_they_have_ended_there_is_room(ready):
    async with held(ready.gateway.database, writes_to("consent_use")) as gate:
        under_way = [asyncio.create_task(ready.ask("bank-1", 1)) for _ in range(AT_ONCE)]
        await gate.waiting(AT_ONCE)
        refused = await ready.ask("bank-1", 1)
        assert (refused.status_code, slug(refused)) == (429, "quota-exceeded")
        assert refused.json()["violated-policies"] == ["acct-at-once"]
        ((policy, told),) = http_sf.parse(refused.headers["RateLimit-Policy"].encode(), tltype="list")
        assert (str(policy), told) == ("acct-at-once", {"q": AT_ONCE, "qu": "concurrent-requests"})
        ((policy, left),) = http_sf.parse(refused.headers["RateLimit"].encode(), tltype="list")
        assert (str(policy), left, refused.headers["Retry-After"]) == ("acct-at-once", {"r": 0}, "1")
        assert (await ready.ask("other-1", 1)).status_code == 403  # no consent: another account is judged as ever
    assert [(await one).status_code for one in under_way] == [200] * AT_ONCE
    assert (await ready.ask("bank-1", 1)).status_code == 200
    assert not ready.gateway.limiter._flying, "nothing is held of what has ended"
