"""Asking an outside provider: reserved first, charged on delivery, released where it fails, closed where we die."""

import pytest
from sqlalchemy import text

from gateway.inquiries.store import expire_intents
from gateway.runtime.actor import PROGRAM
from scoring_adapter.providers.asking import Providers
from tests.providers import provider, registered
from tests.stories import registration, slug


@pytest.fixture(scope="module")
def urls():
    with provider() as good, provider("--break", "hang") as hung, provider("--break", "shape") as odd:
        yield {"five-force": good, "hung": hung, "odd": odd}


@pytest.fixture
async def ready(story, urls):
    await story.push("market_regulation", "ent_registration", registration(1))
    await story.account("bank-1", "bank")
    if "s-1" not in story.keys:
        for name, url in urls.items():
            await registered(story.gateway, name, url, time_ms=1500)
        await story.consent("bank-1", 1)
    return story


async def used(story):
    day = (await story.client.get("/v1/quota", headers=await story.headers("bank-1"))).json()["day"]
    return day["used"], day["reserved"]


async def test_a_relayed_answer_is_signed_by_us_and_charged_on_delivery(ready):
    before = await used(ready)
    answer = (await ready.ask("bank-1", 1, provider="five-force")).json()
    assert (answer["provider"], answer["model"]) == ("five-force", "five-force-example/1")
    assert await used(ready) == (before[0] + 1, 0)


@pytest.mark.parametrize(
    ("name", "status", "expected"), [("hung", 504, "upstream-unavailable"), ("odd", 502, "upstream-invalid")]
)
async def test_a_provider_that_fails_costs_nothing_and_the_key_can_be_used_again(ready, name, status, expected):
    before = await used(ready)
    answer = await ready.ask("bank-1", 1, key=f"key-{name}", provider=name)
    assert (answer.status_code, slug(answer)) == (status, expected)
    assert await used(ready) == before
    again = await ready.ask("bank-1", 1, key=f"key-{name}", provider="five-force")
    assert again.status_code == 200


async def test_a_consent_revoked_while_the_provider_is_asked_answers_nothing(ready, monkeypatch):
    consent = await ready.consent("bank-1", 1, purpose="renewal")
    ask = Providers.ask

    async def revoke_then_answer(*arguments):
        path = f"/v1/consents/{consent['consent']}/revoke"
        assert (await ready.client.post(path, headers=await ready.headers("s-1"))).status_code == 200
        return await ask(*arguments)

    monkeypatch.setattr(Providers, "ask", revoke_then_answer)
    before = await used(ready)
    answer = await ready.ask("bank-1", 1, provider="five-force", purpose="renewal")
    assert (answer.status_code, slug(answer)) == (403, "consent-revoked")
    assert await used(ready) == before


async def test_an_intent_whose_process_died_is_closed_and_holds_nothing(ready, monkeypatch):
    async def die(*_arguments):
        raise KeyboardInterrupt

    before = await used(ready)
    monkeypatch.setattr(Providers, "ask", die)
    with pytest.raises(KeyboardInterrupt):
        await ready.ask("bank-1", 1, key="died", provider="five-force")
    monkeypatch.undo()
    assert await used(ready) == (before[0], before[1] + 1)
    busy = await ready.ask("bank-1", 1, key="died", provider="five-force")
    assert (busy.status_code, slug(busy)) == (409, "request-in-progress")
    async with ready.gateway.database.begin("test", role="owner") as session:
        await session.execute(text("UPDATE inquiry SET expires_at = now() - interval '1 s' WHERE state = 'admitted'"))
        await session.execute(text("UPDATE quota_reservation SET expires_at = now() - interval '1 s'"))
    assert await used(ready) == before  # an expired reservation holds nothing, swept or not
    async with ready.gateway.units.begin("inquiry.expire", PROGRAM) as work:
        await expire_intents(work)
    assert (await ready.ask("bank-1", 1, key="died", provider="five-force")).status_code == 200


async def test_case_50_an_upstream_fault_leaves_nothing_charged_and_an_answer_that_got_lost_is_given_and_charged_once(
    ready,
):
    async def ledger():
        query = "SELECT coalesce(sum(units), 0), count(*) FROM quota_ledger WHERE account = 'bank-1'"
        open_ = "SELECT count(*) FROM quota_reservation WHERE account = 'bank-1' AND state = 'open'"
        async with ready.gateway.database.begin("test.ledger") as session:
            return (*(await session.execute(text(query))).one(), (await session.execute(text(open_))).scalar_one())

    units, rows, _ = await ledger()
    assert (await ready.ask("bank-1", 1, key="lost", provider="hung")).status_code == 504
    assert await ledger() == (units, rows, 0)  # reserved and released: there is nothing to take back
    first = await ready.ask("bank-1", 1, key="lost", provider="five-force")  # nobody reads it
    again = await ready.ask("bank-1", 1, key="lost", provider="five-force")
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.json() == first.json()
    assert await ledger() == (units + 1, rows + 1, 0)
