"""When nothing is told any more: a consent that ends in any way, an institution that is stopped, and both at once."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from gateway.evidence.conservation import find_differences
from gateway.runtime.actor import PROGRAM
from tests.enterprises import uscc
from tests.gates import held
from tests.identities import change
from tests.stories import registration, slug
from tests.warnings.watched import OPEN, get, permit, post, stands, subscribe, told

NUMBERS = iter(range(720, 780))


@pytest.fixture
async def watched(bank):
    """A firm of its own for each test, subscribed to under its consent: its number, consent and subscription."""
    number = next(NUMBERS)
    await bank.push("market_regulation", "ent_registration", registration(number))
    consent = await permit(bank, number)
    [item] = await subscribe(bank, number)
    yield bank, number, consent["consent"], item["subscription"]["subscription"]
    await change(bank.gateway, "institution:bank", "resume")
    async with bank.gateway.units.begin("test.reconcile", PROGRAM) as work:
        assert await find_differences(work) == []


async def warnings(story, number):
    found = (await get(story, "/v1/warnings?limit=500")).json()["warnings"]
    return [one for one in found if one["subject"] == uscc(number)]


async def subscription(story, wanted):
    found = (await get(story, "/v1/warning-subscriptions?limit=500")).json()["subscriptions"]
    return next(one for one in found if one["subscription"] == wanted)


async def act(story, number, consent, action):
    answer = await post(story, f"/v1/consents/{consent}/{action}", f"s-{number}")
    assert answer.status_code == 200, answer.text


async def test_a_revoked_consent_ends_the_subscription_and_nothing_is_told(watched):
    story, number, consent, its = watched
    await act(story, number, consent, "revoke")
    await stands(story, number, OPEN)
    await told(story)
    assert await warnings(story, number) == []
    ended = await subscription(story, its)
    assert (ended["status"], ended["reason"]) == ("ended", "consent-revoked")
    [item] = await subscribe(story, number)
    assert item["outcome"] == "consent-revoked"


async def test_a_subscription_ends_though_nothing_has_changed(watched):
    story, number, consent, its = watched
    await act(story, number, consent, "revoke")
    await told(story)
    assert (await subscription(story, its))["status"] == "ended"


async def test_a_suspended_institution_is_told_nothing_and_its_subscription_ends(watched):
    story, number, _, its = watched
    await stands(story, number, OPEN)
    await change(story.gateway, "institution:bank", "suspend")
    await told(story)
    await change(story.gateway, "institution:bank", "resume")
    assert await warnings(story, number) == []
    ended = await subscription(story, its)
    assert (ended["status"], ended["reason"]) == ("ended", "institution-suspended")


async def test_what_was_missed_while_a_consent_was_paused_is_told_afterwards(watched):
    story, number, consent, its = watched
    await act(story, number, consent, "pause")
    await stands(story, number, OPEN)
    await told(story)
    assert await warnings(story, number) == []
    assert (await subscription(story, its))["status"] == "active"
    await act(story, number, consent, "resume")
    async with story.gateway.database.begin("test.later", role="owner") as session:
        await session.execute(text("UPDATE warning_subscription SET retry_at = now() WHERE retry_at IS NOT NULL"))
    await told(story)
    assert len(await warnings(story, number)) == 1


async def test_a_revocation_that_comes_first_is_waited_for(watched):
    story, number, consent, its = watched
    await stands(story, number, OPEN)
    locked = "SELECT FROM consent_head WHERE consent_id = CAST(:consent AS uuid) FOR UPDATE"
    async with held(story.gateway.database, locked, consent=consent) as gate:
        revoked = asyncio.create_task(act(story, number, consent, "revoke"))
        await gate.waiting(1)
        telling = asyncio.create_task(told(story))
        await gate.waiting(2)
    await asyncio.gather(revoked, telling)
    assert await warnings(story, number) == []
    assert (await subscription(story, its))["reason"] == "consent-revoked"


async def test_a_revocation_that_comes_later_leaves_what_was_told_but_does_not_show_it(watched):
    story, number, consent, its = watched
    await stands(story, number, OPEN)
    locked = "SELECT FROM consent_head WHERE consent_id = CAST(:consent AS uuid) FOR UPDATE"
    async with held(story.gateway.database, locked, consent=consent) as gate:
        telling = asyncio.create_task(told(story))
        await gate.waiting(1)
        revoked = asyncio.create_task(act(story, number, consent, "revoke"))
        await gate.waiting(2)
    await asyncio.gather(revoked, telling)
    [warning] = await warnings(story, number)
    assert (warning["withheld"], warning["level"], warning["after"]) == (True, None, None)
    answer = await get(story, f"/v1/warnings/{warning['warning']}")
    assert (answer.status_code, slug(answer)) == (403, "consent-revoked")
    await told(story)
    assert (await subscription(story, its))["status"] == "ended"


async def test_two_workers_tell_a_change_once(watched):
    story, number, _, its = watched
    await stands(story, number, OPEN)
    locked = "SELECT FROM warning_subscription WHERE subscription_id = CAST(:its AS uuid) FOR UPDATE"
    async with held(story.gateway.database, locked, its=its) as gate:
        both = [asyncio.create_task(told(story)) for _ in range(2)]
        await gate.waiting(2)
    await asyncio.gather(*both)
    assert len(await warnings(story, number)) == 1


async def test_a_renewed_consent_goes_on(watched):
    story, number, consent, its = watched
    renewal = await story.request(
        "bank-1", number, products=["risk_watch"], purpose="post_loan", supersedes=consent,
        valid_until=(await _end_of(story, consent)),
    )  # fmt: skip
    assert renewal.status_code == 201, renewal.text
    assert (await story.decide(f"s-{number}", renewal.json(), "approve")).status_code == 200
    await told(story)
    kept = await subscription(story, its)
    assert (kept["status"], kept["consent"]) == ("active", renewal.json()["consent"])


async def test_the_institution_ends_it_once(watched):
    story, number, _, its = watched
    for _ in range(2):
        ended = (await post(story, f"/v1/warning-subscriptions/{its}:end")).json()
        assert (ended["status"], ended["reason"]) == ("ended", "ended-by-institution")
    await stands(story, number, OPEN)
    await told(story)
    assert await warnings(story, number) == []


async def _end_of(story, consent):
    shown = (await get(story, f"/v1/consents/{consent}")).json()
    return (datetime.fromisoformat(shown["valid_until"]) + timedelta(days=30)).isoformat()
