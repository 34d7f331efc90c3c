"""While entries wait too long for a signed checkpoint, nothing is answered and nothing taken in; reads go on."""

from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import text

from audit.lag import unsigned_seconds
from gateway.app import create_app
from gateway.telemetry.readiness import readiness
from gateway.worker import publish_head, take_in
from tests.persons import csrf, same_site, signed_in
from tests.stories import registration, slug

LIMIT = 900  # XINQIAO_UNSIGNED_SECONDS
# An entry in the queue, and one in the tree that nothing was signed over.
WAITS = {
    "in the queue": "INSERT INTO audit_pending VALUES (xinqiao_uuid_at(now() - CAST(:age AS interval)), :log, '')",
    "in the tree": """
        INSERT INTO audit_leaf SELECT :log, max(size), xinqiao_uuid_at(now() - CAST(:age AS interval))
        FROM audit_checkpoint""",
}


@asynccontextmanager
async def waiting(gateway, where, seconds):
    """Let an entry wait since so many seconds."""
    values = {"log": gateway.audit.log_id, "age": f"{seconds} seconds"}
    async with gateway.database.begin("test.wait", role="owner") as session:
        await session.execute(text(WAITS[where]), values)
    gateway.access.expire()
    try:
        yield
    finally:
        async with gateway.database.begin("test.over", role="owner") as session:
            await session.execute(text("ALTER TABLE audit_leaf DISABLE TRIGGER USER"))
            await session.execute(text("DELETE FROM audit_pending WHERE leaf_hash = ''"))
            await session.execute(text("DELETE FROM audit_leaf l WHERE NOT EXISTS "
                                       "(SELECT FROM audit_event e WHERE e.event_id = l.event_id)"))  # fmt: skip
            await session.execute(text("ALTER TABLE audit_leaf ENABLE TRIGGER USER"))
        gateway.access.expire()


@pytest.fixture
async def bank(story):
    if "bank-1" not in story.keys:
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.account("bank-1", "bank")
        await story.consent("bank-1", 1)
    await take_in(story.gateway)
    await publish_head(story.gateway)
    return story


@pytest.mark.parametrize("where", WAITS)
async def test_an_inquiry_and_a_write_are_refused_and_leave_nothing(bank, where):
    async with waiting(bank.gateway, where, LIMIT + 30):
        asked = await bank.ask("bank-1", 1)
        assert (asked.status_code, slug(asked), asked.headers["retry-after"]) == (503, "log-not-signed", "60")
        headers = await bank.headers("market_regulation")
        pushed = await bank.client.post(
            "/v1/datasets/ent_registration/batches", content=registration(2).encode(),
            headers={"Batch-Id": "late", **headers},
        )  # fmt: skip
        assert (pushed.status_code, slug(pushed)) == (503, "log-not-signed")
        read = await bank.client.get("/v1/quota", headers=await bank.headers("bank-1"))
        assert read.status_code == 200
        found = {one.name: one for one in await readiness(bank.gateway.units, bank.gateway.settings)}
        assert (found["checkpoint"].ok, found["checkpoint"].needed) == (False, True)
        assert "refused" in found["checkpoint"].seen
    async with bank.gateway.database.begin("test.count") as session:
        query = text("SELECT count(*) FROM inquiry WHERE state <> 'answered'")
        assert (await session.execute(query)).scalar_one() == 0
    assert (await bank.ask("bank-1", 1)).status_code == 200


@pytest.mark.parametrize("where", WAITS)
async def test_up_to_the_limit_everything_goes_on(bank, where):
    async with waiting(bank.gateway, where, LIMIT - 30):
        assert (await bank.ask("bank-1", 1)).status_code == 200


async def test_an_idle_log_whose_entries_are_all_signed_is_not_late(bank):
    async with bank.gateway.database.begin("test.idle", role="owner") as session:
        await session.execute(text("ALTER TABLE audit_checkpoint DISABLE TRIGGER USER"))
        await session.execute(text("UPDATE audit_checkpoint SET signed_at = now() - interval '1 year'"))
        assert await unsigned_seconds(session, bank.gateway.audit.log_id) == 0


async def test_a_form_of_the_console_is_refused_with_a_page_and_signing_out_is_not(bank):
    transport = httpx.ASGITransport(app=create_app(bank.gateway.settings, bank.gateway))
    async with httpx.AsyncClient(transport=transport, base_url=bank.gateway.settings.issuer) as browser:
        await signed_in(bank.gateway, browser, "system-7", "system")
        await take_in(bank.gateway)
        await publish_head(bank.gateway)
        token = {"csrf": await csrf(browser)}
        async with waiting(bank.gateway, "in the queue", LIMIT + 30):
            refused = await browser.post("/console/sources/none/pause", data=token, headers=same_site(browser))
            assert (refused.status_code, "久未签发" in refused.text) == (503, True)
            left = await browser.post("/console/sign-out", data=token, headers=same_site(browser))
            assert left.status_code == 303
