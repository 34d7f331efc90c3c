"""Keys change hands without an outage: what each state means to those who sign, publish and verify."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from gateway.identity.key_rotation import advance_keys, list_keys, promote, rotate
from gateway.runtime.actor import PROGRAM
from gateway.runtime.denial import DeniedError
from tests.actors import MACHINE
from tests.identities import login, register


@pytest.fixture(scope="module")
async def auditor(gateway):
    return await register(gateway, "auditor-1", "auditor")


async def published(client):
    answer = await client.get("/oauth/jwks")
    assert answer.headers["cache-control"] == "public, max-age=300"
    return [key["kid"] for key in answer.json()["keys"]]


async def later(gateway, seconds=400):
    """Let what is waiting or leaving have waited this long."""
    query = "UPDATE instance_key SET changed_at = :at WHERE status IN ('next', 'retiring')"
    async with gateway.database.begin("test.later") as session:
        await session.execute(text(query), {"at": datetime.now(UTC) - timedelta(seconds=seconds)})


async def done(gateway, step, purpose, **more):
    """Rotate or promote, as the command does."""
    async with gateway.units.begin("test.keys", MACHINE) as work:
        kid = await step(work, purpose, **more)
    gateway.access.expire()
    return kid


async def advanced(gateway):
    """Do the worker's step."""
    async with gateway.units.begin("keys.advance", PROGRAM) as work:
        await advance_keys(work, gateway.settings.token_lifetime_seconds)


async def test_a_token_key_is_published_then_signs_then_is_believed_then_is_refused(client, gateway, auditor):
    issuer = gateway.settings.issuer
    first = gateway.keys.public("token")["kid"]
    by_first = await login(client, auditor, "auditor-1", issuer)
    second = await done(gateway, rotate, "token")
    assert await published(client) == [first, second]
    await advanced(gateway)
    gateway.access.expire()
    assert (await published(client))[0] == first  # not before others can know it
    await later(gateway)
    await advanced(gateway)
    gateway.access.expire()
    assert await published(client) == [second, first]
    by_second = await login(client, auditor, "auditor-1", issuer)
    for headers in (by_first, by_second):
        assert (await client.get("/v1/audit/entries", headers=headers)).status_code == 200
    await later(gateway)
    await advanced(gateway)
    gateway.access.expire()
    assert await published(client) == [second]
    assert (await client.get("/v1/audit/entries", headers=by_first)).status_code == 401
    assert (await client.get("/v1/audit/entries", headers=by_second)).status_code == 200


async def test_a_leaked_key_is_out_at_once(client, gateway, auditor):
    headers = await login(client, auditor, "auditor-1", gateway.settings.issuer)
    kid = await done(gateway, rotate, "token", at_once=True)
    assert await published(client) == [kid]
    assert (await client.get("/v1/audit/entries", headers=headers)).status_code == 401


async def test_statements_outlive_the_key_they_were_signed_with(gateway):
    before = gateway.keys.public("consent")["kid"]
    await done(gateway, rotate, "consent")
    await done(gateway, promote, "consent")
    await later(gateway)
    await advanced(gateway)
    gateway.access.expire()
    await gateway.access.current()
    assert gateway.keys.public("consent")["kid"] != before
    assert before in [jwk["kid"] for jwk in gateway.keys.publics("consent")]


async def test_what_cannot_be_rotated_says_why(gateway):
    for purpose in ("audit", "tokens"):
        with pytest.raises(DeniedError, match="is no key that is rotated"):
            await done(gateway, rotate, purpose)
    with pytest.raises(DeniedError, match="rotate first"):
        await done(gateway, promote, "delivery")
    await done(gateway, rotate, "delivery")
    with pytest.raises(DeniedError, match="waits already"):
        await done(gateway, rotate, "delivery")
    await later(gateway)
    await advanced(gateway)  # a platform has to be told first: no time alone moves it
    async with gateway.database.begin("test.keys") as session:
        held = [row["status"] for row in await list_keys(session) if row["purpose"] == "delivery"]
    assert held == ["active", "next"]


async def test_every_step_is_in_the_log(client, gateway, auditor):
    headers = await login(client, auditor, "auditor-1", gateway.settings.issuer)
    for step in ("next", "active", "retiring", "retired"):
        found = (await client.get(f"/v1/audit/entries?type=key.{step}", headers=headers)).json()["entries"]
        assert found, step
