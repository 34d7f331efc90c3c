"""An institution is told: once per change, in order, signed; what fails is tried again, and given up in the end."""

import asyncio
import json
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from gateway.evidence.fsck import reconcile
from gateway.identity.clients.standing import change_standing
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.denial import DeniedError
from gateway.webhooks.endpoints import (
    MOST_ENDPOINTS,
    add_endpoint,
    change_endpoint,
    get_delivery,
    get_endpoint,
    list_deliveries,
    list_endpoints,
    replay_delivery,
)
from gateway.webhooks.outbox import queue_told
from gateway.webhooks.sender import Way, send_due
from gateway.webhooks.signature import is_signed
from gateway.worker import take_in
from tests.actors import MACHINE, OPERATOR, SYSTEM
from tests.http_server import JsonHandler, serving
from tests.persons import csrf, same_site, signed_in
from tests.stories import slug

BANK, STRANGER = Actor("bank-1", "account", "bank"), Actor("other-1", "account", "other")
WAY = Way((), None, 5.0, 5)
CAUSE = text("UPDATE webhook_endpoint SET paused_until = NULL")
DUE = text("UPDATE webhook_delivery SET next_at = now() - interval '1 second' WHERE state = 'pending'")


@contextmanager
def receiver():
    """A receiver that keeps what it is sent, and answers with the first of `answers` that is left, else 204."""

    class Handler(JsonHandler):
        got, answers = [], []

        def do_POST(self):
            self.got.append((dict(self.headers.items()), self.read_body()))
            status = self.answers.pop(0) if self.answers else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

    with serving(Handler) as url:
        yield f"{url}/hook", Handler


@pytest.fixture
async def banks(gateway, story):
    """Two institutions with an account each; what was registered is removed afterwards."""
    for account, institution in (("bank-1", "bank"), ("other-1", "other")):
        if account not in story.keys:
            await story.account(account, institution)
    yield story
    async with gateway.units.begin("test.remove", MACHINE) as work:
        for one in await list_endpoints(work):
            await change_endpoint(work, one.endpoint_id, "remove")
    await told(gateway)


async def add(gateway, url, actor=BANK, topics=()):
    async with gateway.units.begin("test.webhook", actor) as work:
        return (await add_endpoint(work, url, topics, ())).endpoint_id


async def told(gateway):
    """Let the log grow and the messages be written, as the worker does."""
    await take_in(gateway)
    async with gateway.units.begin("test.told", PROGRAM) as work:
        while await queue_told(work):
            pass


async def sent(gateway, *, again=False):
    if again:
        async with gateway.database.begin("test.due", role="owner") as session:
            await session.execute(CAUSE)
            await session.execute(DUE)
    while await send_due(gateway.units, WAY):
        pass


async def states(gateway, endpoint, actor=BANK):
    async with gateway.units.begin("test.states", actor) as work:
        rows = await list_deliveries(work, endpoint, 100)
        return [(row.type.removeprefix("xinqiao."), row.state, row.attempts, row.last_status) for row in reversed(rows)]


async def test_every_change_of_a_consent_is_told_in_order_and_signed_and_to_nobody_else(gateway, banks):
    with receiver() as (url, mine), receiver() as (elsewhere, other):
        endpoint = await add(gateway, url)
        await add(gateway, elsewhere, STRANGER)
        consent = await banks.consent("bank-1", 1)
        for action in ("pause", "resume", "revoke"):
            answer = await banks.decide("s-1", consent, action)
            assert answer.status_code == 200, answer.text
        await told(gateway)
        await told(gateway)
        await sent(gateway)
        await sent(gateway, again=True)
        keys = (await banks.client.get("/.well-known/webhook-keys")).json()["keys"]
    read = [json.loads(body) for _headers, body in mine.got]
    changes = [one for one in read if one["type"].startswith("xinqiao.consent.")]
    assert [one["type"].rpartition(".")[2] for one in changes] == [
        "requested",
        "approved",
        "paused",
        "resumed",
        "revoked",
    ]
    assert {one["data"]["consent"] for one in changes} == {consent["consent"]}
    assert [one["data"]["status"] for one in changes] == ["requested", "active", "paused", "active", "revoked"]
    assert all(
        is_signed({k.lower(): v for k, v in headers.items()}, body, keys[0]["whpk"]) for headers, body in mine.got
    )
    assert {headers["Content-Type"] for headers, _body in mine.got} == {"application/cloudevents+json"}
    assert len({headers["webhook-id"] for headers, _body in mine.got}) == len(mine.got)
    assert consent["subject"].encode() not in b"".join(body for _headers, body in mine.got)
    assert not any(b"consent" in body for _headers, body in other.got)
    assert {state for _type, state, *_ in await states(gateway, endpoint)} == {"delivered"}
    async with gateway.units.begin("test.fsck", MACHINE) as work:
        _sides, findings = await reconcile(work)
    assert [str(one) for one in findings.told if one.where == "webhooks"] == []


async def test_suspension_is_told_and_topics_choose(gateway, banks):
    with receiver() as (url, got):
        endpoint = await add(gateway, url, topics=["institution"])
        await banks.request("bank-1", 1)
        async with gateway.units.begin("test.suspend", OPERATOR) as work:
            await change_standing(work, whose="institution:bank", change="suspend", reason="核查")
        await told(gateway)
        await sent(gateway)
    assert [json.loads(body)["type"] for _headers, body in got.got] == ["xinqiao.institution.suspended"]
    async with gateway.units.begin("test.resume", OPERATOR) as work:
        await change_standing(work, whose="institution:bank", change="resume", reason="已核")
    assert [one[0] for one in await states(gateway, endpoint)] == ["institution.suspended"]


async def test_what_was_before_an_endpoint_is_not_told_to_it(gateway, banks):
    await banks.request("bank-1", 1)
    with receiver() as (url, got):
        await add(gateway, url, topics=["consent"])
        await told(gateway)
        await sent(gateway)
    assert got.got == []


async def test_an_endpoint_that_fails_rests_and_is_told_everything_later(gateway, banks):
    with receiver() as (url, got):
        endpoint = await add(gateway, url, topics=["consent"])
        consent = await banks.consent("bank-1", 1)
        await told(gateway)
        got.answers += [503]
        await sent(gateway)
        assert len(got.got) == 1, "it rests after the first failure"
        assert [one[1:] for one in await states(gateway, endpoint)] == [("pending", 1, 503), ("pending", 0, None)]
        await sent(gateway)
        assert len(got.got) == 1, "it is left alone while it rests"
        await sent(gateway, again=True)
        assert [json.loads(body)["data"]["status"] for _headers, body in got.got] == [
            "requested",
            "requested",
            "active",
        ]
        first, again = (headers["webhook-id"] for headers, _body in got.got[:2])
        assert first == again, "a message keeps its id"
    assert [one[1:] for one in await states(gateway, endpoint)] == [("delivered", 2, 204), ("delivered", 1, 204)]
    assert consent


@pytest.mark.parametrize(("status", "rests"), [(400, False), (422, False), (302, True), (404, True), (429, True)])
async def test_what_is_refused_of_a_message_does_not_hold_up_the_next(gateway, banks, status, rests):
    with receiver() as (url, got):
        await add(gateway, url, topics=["consent"])
        await banks.consent("bank-1", 1)
        await told(gateway)
        got.answers += [status]
        await sent(gateway)
        assert len(got.got) == (1 if rests else 2)


async def test_gone_disables_and_so_do_days_without_an_answer(gateway, banks):
    with receiver() as (url, got), receiver() as (silent, other):
        gone = await add(gateway, url, topics=["consent"])
        unreachable = await add(gateway, silent, topics=["consent"])
        await banks.request("bank-1", 1)
        await told(gateway)
        got.answers += [410]
        other.answers += [500]
        async with gateway.database.begin("test.days", role="owner") as session:
            await session.execute(
                text("UPDATE webhook_endpoint SET failing_since = now() - interval '5 days' WHERE endpoint_id = :id"),
                {"id": unreachable},
            )
        await sent(gateway)
    async with gateway.units.begin("test.ended", BANK) as work:
        assert {one.endpoint_id: one.status for one in await list_endpoints(work)} == {
            gone: "disabled", unreachable: "disabled"
        }  # fmt: skip
        with pytest.raises(DeniedError) as fault:
            await replay_delivery(work, gone, (await list_deliveries(work, gone, 1))[0].delivery_id)
        assert fault.value.denial.reason == "webhook-disabled"
    async with gateway.units.begin("test.fsck", MACHINE) as work:
        _sides, findings = await reconcile(work)
    assert [str(one) for one in findings.told if one.where == "webhooks"] == []


async def test_a_message_is_given_up_after_days_and_can_be_sent_again(gateway, banks):
    with receiver() as (url, got):
        endpoint = await add(gateway, url, topics=["consent"])
        await banks.request("bank-1", 1)
        await told(gateway)
        got.answers += [400]
        async with gateway.database.begin("test.days", role="owner") as session:
            await session.execute(text("UPDATE webhook_delivery SET queued_at = queued_at - interval '5 days'"))
        await sent(gateway)
        assert [one[1] for one in await states(gateway, endpoint)] == ["failed"]
        async with gateway.units.begin("test.replay", BANK) as work:
            (row,) = await list_deliveries(work, endpoint, 10)
            await replay_delivery(work, endpoint, row.delivery_id)
        got.answers += [400]
        await sent(gateway)
        assert [one[1] for one in await states(gateway, endpoint)] == ["pending"], "its days begin anew"
        await sent(gateway, again=True)
    assert [one[1:] for one in await states(gateway, endpoint)] == [("delivered", 3, 204)]
    assert len({headers["webhook-id"] for headers, _body in got.got}) == 1


async def test_two_workers_tell_a_change_once_and_send_it_once(gateway, banks):
    with receiver() as (url, got):
        await add(gateway, url, topics=["consent"])
        await banks.request("bank-1", 1)
        await take_in(gateway)

        async def queue():
            async with gateway.units.begin("test.told", PROGRAM) as work:
                await queue_told(work)

        await asyncio.gather(queue(), queue())
        await asyncio.gather(send_due(gateway.units, WAY), send_due(gateway.units, WAY))
    assert len(got.got) == 1


async def test_an_institution_sees_and_changes_its_own_endpoints_alone(gateway, banks):
    endpoint = await add(gateway, "http://127.0.0.1:9/hook")
    for use in (
        lambda work: get_endpoint(work, endpoint),
        lambda work: change_endpoint(work, endpoint, "remove"),
        lambda work: list_deliveries(work, endpoint, 1),
        lambda work: replay_delivery(work, endpoint, uuid4()),
        lambda work: get_delivery(work, endpoint, uuid4()),
    ):
        async with gateway.units.begin("test.stranger", STRANGER) as work:
            with pytest.raises(DeniedError) as fault:
                await use(work)
        assert fault.value.denial.reason == "webhook-not-found"
    async with gateway.units.begin("test.stranger", STRANGER) as work:
        assert await list_endpoints(work) == []
    async with gateway.units.begin("test.system", SYSTEM) as work:
        with pytest.raises(DeniedError) as fault:
            await list_endpoints(work)
    assert fault.value.denial.reason == "insufficient-scope"


async def test_an_address_is_registered_once_and_ten_at_most(gateway, banks):
    for number in range(MOST_ENDPOINTS):
        kept = await add(gateway, f"http://127.0.0.1:9/hook{number}")
    for url, reason in (("http://127.0.0.1:9/hook1", "webhook-known"), ("http://127.0.0.1:9/x", "too-many-webhooks")):
        with pytest.raises(DeniedError) as fault:
            await add(gateway, url)
        assert fault.value.denial.reason == reason
    async with gateway.units.begin("test.remove", BANK) as work:
        await change_endpoint(work, kept, "remove")
    assert await add(gateway, "http://127.0.0.1:9/x")


async def test_over_http_an_account_registers_tests_replays_and_removes(gateway, banks):
    headers = await banks.headers("bank-1")

    async def call(method, path, **more):
        return await banks.client.request(method, f"/v1/webhooks{path}", headers=await banks.headers("bank-1"), **more)

    with receiver() as (url, got):
        made = await banks.client.post("/v1/webhooks", json={"url": url}, headers=headers)
        assert made.status_code == 201, made.text
        path = f"/{made.json()['webhook']}"
        assert slug(await call("POST", "", json={"url": url})) == "webhook-known"
        assert slug(await call("POST", "", json={"url": "http://bank.example/"})) == "invalid-webhook"
        assert slug(await call("POST", "", json={"url": f"{url}2", "topics": ["all"]})) == "invalid-webhook"
        tested = await call("POST", f"{path}:test")
        assert tested.status_code == 200, tested.text
        await sent(gateway)
        again = await call("POST", f"{path}/deliveries/{tested.json()['delivery']}:replay")
        assert again.json()["state"] == "pending"
        await sent(gateway)
    assert [json.loads(body)["type"] for _headers, body in got.got] == ["xinqiao.webhook.tested"] * 2
    listed = (await call("GET", f"{path}/deliveries", params={"state": "delivered"})).json()["deliveries"]
    assert [UUID(one["delivery"]) for one in listed] == [UUID(tested.json()["delivery"])]
    assert (await call("POST", f"{path}:disable")).json()["status"] == "disabled"
    assert slug(await call("POST", f"{path}:test")) == "webhook-disabled"
    assert (await call("POST", f"{path}:enable")).json()["status"] == "active"
    assert (await call("DELETE", path)).status_code == 204
    assert slug(await call("GET", path)) == "webhook-not-found"
    assert (await call("GET", "")).json()["webhooks"] == []


async def test_staff_register_and_look_on_pages(gateway, client, banks):
    await signed_in(gateway, client, "li", "staff", institution="bank")
    with receiver() as (url, _got):
        form = {"csrf": await csrf(client), "url": url, "topic-consent": "yes"}
        made = await client.post("/console/webhooks", data=form, headers=same_site(client))
        assert made.status_code == 303, made.text
        page = made.headers["location"].partition("?")[0]
        again = await client.post("/console/webhooks", data=form, headers=same_site(client))
        assert again.status_code == 400
        bad = await client.post(
            "/console/webhooks", data={**form, "url": "http://a.example"}, headers=same_site(client)
        )
        assert "https" in bad.text
        for act in ("test", "change"):
            form = {"csrf": await csrf(client), "change": "enable"}
            assert (await client.post(f"{page}/{act}", data=form, headers=same_site(client))).status_code == 303
        await sent(gateway)
    shown = (await client.get(page)).text
    assert "已送达" in shown
    (row,) = await _rows(gateway, UUID(page.rpartition("/")[2]))
    one = await client.get(f"{page}/deliveries/{row.delivery_id}")
    assert "xinqiao.webhook.tested" in one.text
    replayed = await client.post(
        f"{page}/deliveries/{row.delivery_id}/replay", data={"csrf": await csrf(client)}, headers=same_site(client)
    )
    assert replayed.status_code == 303
    await sent(gateway, again=True)
    assert "没有送达（ConnectError）" in (await client.get(f"{page}/deliveries/{row.delivery_id}")).text
    assert (await client.get(f"{page}/deliveries/{uuid4()}")).status_code == 404
    removed = await client.post(
        f"{page}/change", data={"csrf": await csrf(client), "change": "remove"}, headers=same_site(client)
    )
    assert removed.headers["location"] == "/console/webhooks?said=changed"
    assert (await client.get(page)).status_code == 404
    assert "whpk_" in (await client.get("/console/webhooks")).text


async def _rows(gateway, endpoint):
    async with gateway.units.begin("test.rows", BANK) as work:
        return await list_deliveries(work, endpoint, 10)


def test_a_round_ends_before_another_worker_may_begin_one():
    from gateway.webhooks import sender

    assert timedelta(seconds=sender.ROUND_SECONDS + sender.TIMEOUT_SECONDS) < timedelta(seconds=sender.HELD_SECONDS)
