"""Answers that a release before stored as they were sent: given again, found, computed again, counted as any other."""

from uuid import UUID, uuid4

from sqlalchemy import text

from gateway.inquiries.figures import count_bands
from gateway.inquiries.replay import replay_inquiry
from gateway.runtime.actor import PROGRAM, Actor
from signing.packed import unpack
from tests.stories import registration


async def test_an_answer_that_was_stored_as_text_is_the_answer_it_was(story):
    await story.push("market_regulation", "ent_registration", registration(1))
    await story.feeds()
    await story.account("bank-1", "bank")
    await story.consent("bank-1", 1, products=["score"])
    key = uuid4().hex
    told = (await story.ask("bank-1", 1, key=key)).json()
    units, inquiry = story.gateway.units, told["inquiry"]
    async with units.begin("test.bands", PROGRAM) as work:
        before = await count_bands(work.session)
    async with units.begin("test.as_text", PROGRAM, role="owner") as work:
        find = text("SELECT answer, packed FROM inquiry WHERE inquiry_id = :inquiry")
        answer, packed = (await work.session.execute(find, {"inquiry": inquiry})).one()
        assert (answer, unpack(packed)) == (None, told["answer"])
        store = text("UPDATE inquiry SET answer = :answer, packed = NULL WHERE inquiry_id = :inquiry")
        await work.session.execute(store, {"answer": told["answer"], "inquiry": inquiry})
    again = await story.ask("bank-1", 1, key=key)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (told, "true")
    shown = await story.client.get(f"/v1/inquiries/{inquiry}", headers=await story.headers("bank-1"))
    assert shown.json()["answer"] == told["answer"]
    async with units.begin("test.replay", Actor("auditor-1", "auditor")) as work:
        assert (await replay_inquiry(work, UUID(inquiry))).outcome == "equal"
        assert await count_bands(work.session) == before
    assert before["good"] >= 1
