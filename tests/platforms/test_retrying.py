"""A delivery tried again: by those who run the system alone, once however many ask, and never one that has arrived."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text

from gateway.evidence.fsck import reconcile
from gateway.platforms.outbox import deliver
from gateway.platforms.peers import set_peer
from gateway.platforms.reading import get_delivery, list_deliveries
from gateway.platforms.retrying import retry_delivery
from gateway.platforms.sender import _settle
from gateway.platforms.tables import Delivery
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from signing.keys import generate_key, public_jwk
from tests.actors import MACHINE, OPERATOR, PLATFORM, SYSTEM
from tests.gates import held, writes_to
from tests.persons import csrf, same_site, signed_in
from tests.stories import slug

AUDITOR = Actor("test-auditor", "auditor")
_JOBS = text(
    "SELECT count(*), bool_or(scheduled_at > now()) FROM procrastinate_jobs WHERE args ->> 'delivery_id' = :id"
)


@pytest.fixture
async def delivery(gateway):
    """A delivery that waits to be sent for the first time."""
    async with gateway.units.begin("test.peer", MACHINE) as work:
        key = public_jwk(generate_key("Ed25519"))
        await set_peer(
            work, peer_id="city", role="city", url="http://city.invalid", jwk=key, client_id="gw", status="active"
        )
    async with gateway.units.begin("test.deliver", PLATFORM) as work:
        (made,) = await deliver(work, kind="usage-results", role="city", items=[{"subject": "x"}], exchange=uuid4())
    return made


async def put(gateway, delivery, statement):
    async with gateway.database.begin("test.put", role="owner") as session:
        await session.execute(text(statement), {"id": str(delivery)})


async def refuse(gateway, delivery):
    """The platform has refused it: its job has ended."""
    await put(gateway, delivery, "DELETE FROM procrastinate_jobs WHERE args ->> 'delivery_id' = :id")
    await put(
        gateway, delivery, "UPDATE delivery SET state = 'refused', settled_at = now() WHERE delivery_id::text = :id"
    )


async def postpone(gateway, delivery):
    later = (
        "UPDATE procrastinate_jobs SET scheduled_at = now() + interval '9 minutes' WHERE args ->> 'delivery_id' = :id"
    )
    await put(gateway, delivery, later)


async def jobs(gateway, delivery):
    async with gateway.database.begin("test.jobs") as session:
        return tuple((await session.execute(_JOBS, {"id": str(delivery)})).one())


async def retry(gateway, delivery, actor=SYSTEM):
    async with gateway.units.begin("test.retry", actor) as work:
        return (await retry_delivery(work, delivery)).state


@pytest.mark.parametrize("before", [refuse, postpone])
async def test_two_who_try_again_at_once_send_it_once(gateway, delivery, before):
    await before(gateway, delivery)
    async with held(gateway.database, writes_to("audit_event")) as gate:
        first = asyncio.create_task(retry(gateway, delivery))
        await gate.waiting(1)
        second = asyncio.create_task(retry(gateway, delivery))
        await gate.waiting(2)
    assert await first == "pending"
    with pytest.raises(DeniedError, match="delivery-under-way"):
        await second
    assert await jobs(gateway, delivery) in {(1, False), (1, None)}


async def test_one_that_was_acknowledged_and_then_refused_goes_on_where_it_was(gateway, delivery):
    await refuse(gateway, delivery)
    await put(gateway, delivery, "UPDATE delivery SET receipt = 'x' WHERE delivery_id::text = :id")
    assert await retry(gateway, delivery) == "acknowledged"


async def test_what_has_arrived_or_is_due_is_not_sent_again(gateway, delivery):
    with pytest.raises(DeniedError, match="delivery-under-way"):
        await retry(gateway, delivery)
    await put(gateway, delivery, "UPDATE delivery SET state = 'confirmed', receipt = 'x' WHERE delivery_id::text = :id")
    with pytest.raises(DeniedError, match="delivery-confirmed"):
        await retry(gateway, delivery)
    with pytest.raises(DeniedError, match="delivery-not-found"):
        await retry(gateway, uuid4())


@pytest.mark.parametrize("actor", [OPERATOR, AUDITOR, PLATFORM])
async def test_nobody_else_tries_again(gateway, delivery, actor):
    await refuse(gateway, delivery)
    with pytest.raises(DeniedError) as denied:
        await retry(gateway, delivery, actor)
    assert denied.value.denial.reason == "insufficient-scope"


async def test_deliveries_are_read_by_those_who_run_the_system_and_by_auditors(gateway, delivery):
    for actor in (SYSTEM, AUDITOR, MACHINE):
        async with gateway.units.begin("test.read", actor) as work:
            assert (await list_deliveries(work, 1))[0].delivery_id == delivery
            assert await list_deliveries(work, 1, kind="evaluations") == []
    async with gateway.units.begin("test.read", OPERATOR) as work:
        with pytest.raises(DeniedError):
            await get_delivery(work, delivery)


async def test_over_http_it_is_seen_and_tried_again(story, gateway, delivery):
    await refuse(gateway, delivery)
    await story.enrol("runner-1", "system")
    headers, path = await story.headers("runner-1"), f"/v1/admin/deliveries/{delivery}"
    shown = await story.client.get("/v1/admin/deliveries?state=refused&peer=city", headers=headers)
    assert shown.json()["deliveries"][0]["delivery"] == str(delivery)
    assert (await story.client.get(path, headers=headers)).json()["receipt"] is None
    assert (await story.client.post(f"{path}/retry", headers=headers)).json()["state"] == "pending"
    again = await story.client.post(f"{path}/retry", headers=headers)
    assert (again.status_code, slug(again)) == (409, "delivery-under-way")


async def differences(gateway):
    async with gateway.units.begin("test.reconcile", MACHINE) as work:
        _sides, findings = await reconcile(work)
    return sorted(str(one.expected) for one in findings.told if one.where == "deliveries")


async def test_the_log_vouches_for_one_that_was_refused_tried_again_and_arrived(gateway, delivery):
    async def settle(state, **receipt):
        async with gateway.units.begin("test.load", SYSTEM) as work:
            loaded = await work.session.get_one(Delivery, delivery)
        await _settle(gateway.units, loaded, state, **receipt)

    before = await differences(gateway)  # what the tests above have forged
    await settle("refused")
    assert await differences(gateway) == before
    await put(gateway, delivery, "DELETE FROM procrastinate_jobs WHERE args ->> 'delivery_id' = :id")
    await retry(gateway, delivery)
    assert await differences(gateway) == before
    await settle("confirmed", receipt="x")
    assert await differences(gateway) == before
    await put(gateway, delivery, "UPDATE delivery SET state = 'refused' WHERE delivery_id::text = :id")
    assert await differences(gateway) == sorted([*before, "confirmed"])


async def test_at_the_console_it_is_seen_with_its_fault_in_one_language_and_tried_again(gateway, client, delivery):
    await refuse(gateway, delivery)
    said = "RefusedError: 平台答复 the platform answered 409"
    await put(gateway, delivery, f"UPDATE delivery SET last_fault = '{said}' WHERE delivery_id::text = :id")
    await signed_in(gateway, client, "runner-9", "system")
    listed = (await client.get("/console/deliveries?state=refused")).text
    assert (str(delivery) in listed, "平台答复" in listed, "RefusedError" in listed) == (True, True, False)
    assert "市平台" in (await client.get("/console/platforms")).text
    path, form = f"/console/deliveries/{delivery}", {"csrf": await csrf(client)}
    assert "不会重复" in (await client.get(path)).text
    done = await client.post(f"{path}/retry", data=form, headers=same_site(client))
    assert done.headers["location"] == f"{path}?said=retried"
    again = await client.post(f"{path}/retry", data=form, headers=same_site(client))
    assert (again.status_code, "正在发送" in again.text) == (409, True)
    none = await client.post(f"/console/deliveries/{uuid4()}/retry", data=form, headers=same_site(client))
    assert (none.status_code, (await client.get(f"/console/deliveries/{uuid4()}")).status_code) == (404, 404)
