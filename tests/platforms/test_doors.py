"""Who may see what platforms have told each other; every reading of it leaves its event."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from gateway.platforms.messages import sign_message
from gateway.platforms.reading import read_received
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.enterprises import uscc
from tests.stories import registration, slug, today


async def tell(story, sender, number):
    """Have a platform deliver one message about an enterprise; return its delivery id."""
    await story.enrol(sender, "platform")
    delivery = uuid4()
    message = sign_message(
        story.keys[sender], delivery=delivery, exchange=uuid4(), kind="usage-results", issuer="http://elsewhere",
        items=[{"subject": uscc(number)}], now=datetime.now(UTC),
    )  # fmt: skip
    headers = await story.headers(sender)
    answer = await story.client.post("/v1/deliveries", json={"message": message}, headers=headers)
    assert answer.status_code == 200, answer.text
    return delivery


async def readings(story):
    async with story.gateway.database.begin("test.events") as session:
        query = "SELECT actor, outcome FROM audit_event WHERE type = 'received.read' ORDER BY event_id"
        return [tuple(row) for row in await session.execute(text(query))]


async def test_a_receipt_is_shown_to_the_platform_that_sent_the_message_alone(story):
    delivery = await tell(story, "platform-1", 1)
    await story.enrol("platform-2", "platform")
    url = f"/v1/deliveries/{delivery}"
    assert (await story.client.get(url, headers=await story.headers("platform-1"))).status_code == 200
    foreign = await story.client.get(url, headers=await story.headers("platform-2"))
    assert (foreign.status_code, slug(foreign)) == (404, "delivery-not-found")


@pytest.mark.parametrize(("reader", "kind"), [("auditor-1", "auditor"), ("reader-1", "system")])
async def test_what_has_arrived_is_read_with_one_event(story, reader, kind):
    await tell(story, "platform-1", 2)
    await story.enrol(reader, kind)
    before = await readings(story)
    url = f"/v1/received?kind=usage-results&subject={uscc(2)}"
    told = (await story.client.get(url, headers=await story.headers(reader))).json()["received"]
    assert {item["subject"] for message in told for item in message["items"]} == {uscc(2)}
    assert await readings(story) == [*before, (reader, "read")]


async def test_the_rule_stands_in_the_use_case(gateway):
    async with gateway.units.begin("test.read", Actor("platform-1", "platform")) as work:
        with pytest.raises(DeniedError):
            await read_received(work, "usage-results", None, 10)


async def test_a_usage_result_is_read_by_the_institution_that_reported_it_with_one_event(story):
    await story.push("market_regulation", "ent_registration", registration(3))
    await story.account("bank-1", "bank")
    await story.account("other-1", "other-bank")
    await story.consent("bank-1", 3)
    inquiry = (await story.ask("bank-1", 3)).json()["inquiry"]
    report = {"inquiry": inquiry, "outcome": "refused", "decided_on": today()}
    told = await story.client.post("/v1/usage-results", json=report, headers=await story.headers("bank-1"))
    url = f"/v1/usage-results/{told.json()['result']}"
    assert (await story.client.get(url, headers=await story.headers("bank-1"))).status_code == 200
    foreign = await story.client.get(url, headers=await story.headers("other-1"))
    assert (foreign.status_code, slug(foreign)) == (404, "usage-result-not-found")
    async with story.gateway.database.begin("test.events") as session:
        found = await session.execute(text("SELECT actor, outcome FROM audit_event WHERE type = 'usage.read'"))
        assert [tuple(row) for row in found] == [("bank-1", "read")]
