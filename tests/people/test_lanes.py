"""Guessing gets slower and slower, and never keeps out who has the right password and code."""

import asyncio
import re
import time

import httpx
import pyotp
import pytest
from sqlalchemy import text

from gateway.app import create_app
from gateway.people.factors import CODES
from gateway.people.hashing import AT_ONCE, KEPT_FOR_KNOWN, PLACES, HashingBusyError, HashQueue
from gateway.people.lanes import FREE_TRIES, FREE_TRIES_OF_ADDRESS, find_lanes, take_lanes
from gateway.people.secrets import LONGEST_PASSWORD
from gateway.runtime.actor import ANYONE
from gateway.runtime.clock import now
from tests.persons import attempt, enrol, forget_step, invited, signed_in

WRONG = "wrong horse battery"


@pytest.fixture
async def browser_at(gateway):
    """Open a browser at an address."""
    opened = []

    def at(address):
        app = create_app(gateway.settings, gateway)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(address, 1))
        opened.append(httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer))
        return opened[-1]

    yield at
    for one in opened:
        await one.aclose()


async def let_time_pass(gateway):
    """As if every pause were over."""
    async with gateway.database.begin("test.pause") as session:
        await session.execute(text("UPDATE sign_in_lane SET free_at = '-infinity'"))


async def hold_time(gateway):
    """As if no time passed: what is closed stays closed."""
    async with gateway.database.begin("test.hold") as session:
        await session.execute(
            text("UPDATE sign_in_lane SET free_at = now() + interval '1 hour' WHERE free_at > '-infinity'")
        )


async def pauses(gateway):
    async with gateway.database.begin("test.pauses") as session:
        query = text("""
            SELECT CASE WHEN isfinite(free_at)
                THEN extract(epoch FROM free_at - expires_at + interval '1 hour')::int ELSE 0 END AS pause
            FROM sign_in_lane
        """)
        return [row.pause for row in await session.execute(query)]


async def test_strangers_slow_a_person_down_nowhere_they_signed_in_from_before(gateway, client, browser_at):
    secret = await signed_in(gateway, client, "sun", "auditor")
    stranger, elsewhere = browser_at("203.0.113.9"), browser_at("198.51.100.7")
    for _ in range(FREE_TRIES):
        assert (await attempt(stranger, "sun", secret, password=WRONG)).status_code == 401
    await hold_time(gateway)
    slowed = await attempt(stranger, "sun", secret, password=WRONG)
    assert (slowed.status_code, int(slowed.headers["retry-after"]) >= 1) == (429, True)
    assert "请等" in slowed.text
    await forget_step(gateway, "sun")
    assert (await attempt(client, "sun", secret)).status_code == 303
    await forget_step(gateway, "sun")
    assert (await attempt(elsewhere, "sun", secret)).status_code == 429  # the account's lane, of all unknown addresses
    await let_time_pass(gateway)
    assert (await attempt(elsewhere, "sun", secret)).status_code == 303
    await forget_step(gateway, "sun")
    assert (await attempt(elsewhere, "sun", secret)).status_code == 303  # and is known from now on


async def test_each_wrong_try_waits_longer_and_nobody_is_told_whether_there_is_such_a_person(gateway, browser_at):
    stranger = browser_at("203.0.113.10")
    async with gateway.database.begin("test.clear") as session:
        await session.execute(text("DELETE FROM sign_in_lane"))
    waits = []
    for _ in range(FREE_TRIES + 3):
        answer = await attempt(stranger, "nobody-here", "", code="000000")
        assert answer.status_code == 401
        waits.append(max(await pauses(gateway)))
        await let_time_pass(gateway)
    assert waits[: FREE_TRIES - 1] == [0] * (FREE_TRIES - 1)
    assert waits[FREE_TRIES - 1 :] == [2, 4, 8, 16]


async def test_an_address_that_tries_many_names_is_slowed_down(gateway, browser_at):
    stranger = browser_at("203.0.113.11")
    for number in range(FREE_TRIES_OF_ADDRESS):
        assert (await attempt(stranger, f"name-{number}", "", code="000000")).status_code == 401
    assert (await attempt(stranger, "name-x", "", code="000000")).status_code == 429
    assert (await attempt(browser_at("203.0.113.12"), "name-y", "", code="000000")).status_code == 401


async def test_all_of_a_network_of_ipv6_is_one_address(gateway):
    kek, moment = gateway.keys.kek, now()
    async with gateway.database.begin("test.lanes") as session:
        found = [await find_lanes(session, kek, "x", f"2001:db8::{n}", moment) for n in (1, 2)]
        assert found[0].address == found[1].address
        other = await find_lanes(session, kek, "x", "2001:db8:0:1::1", moment)
        assert other.address != found[0].address
        assert await take_lanes(session, found[0], moment) == 0


async def test_the_queue_keeps_places_for_those_known_and_refuses_when_full():
    queue = HashQueue()
    strangers = [asyncio.create_task(queue.run(lambda: time.sleep(0.05), known=False)) for _ in range(PLACES)]
    await asyncio.sleep(0)
    known = [asyncio.create_task(queue.run(lambda: "done", known=True)) for _ in range(KEPT_FOR_KNOWN + 1)]
    done = await asyncio.gather(*strangers, *known, return_exceptions=True)
    refused = [isinstance(one, HashingBusyError) for one in done]
    assert refused[:PLACES] == [False] * (PLACES - KEPT_FOR_KNOWN) + [True] * KEPT_FOR_KNOWN
    assert refused[PLACES:] == [False] * KEPT_FOR_KNOWN + [True]
    assert AT_ONCE < PLACES


async def test_a_full_queue_is_told_as_503(gateway, client, monkeypatch):
    from gateway.people import secrets

    full = HashQueue()
    full._taken = PLACES
    monkeypatch.setattr(secrets, "QUEUE", full)
    answer = await attempt(client, "anybody", "", code="000000")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    too_long = await attempt(client, "anybody", "", password="x" * (LONGEST_PASSWORD + 1), code="0")
    assert too_long.status_code == 401  # never hashed


async def test_a_recovery_code_opens_once_in_the_place_of_the_phone(gateway, client):
    answer, secret = await enrol(client, await invited(gateway, "lost-1", "auditor"), "lost-1")
    codes = re.findall(r"<li><code>([a-z0-9-]+)</code>", answer.text)
    assert (answer.status_code, len(set(codes))) == (200, CODES)
    assert (await attempt(client, "lost-1", secret, code=codes[0])).status_code == 303
    assert (await attempt(client, "lost-1", secret, code=codes[0])).status_code == 401
    assert (await attempt(client, "lost-1", secret, code=codes[1].upper())).status_code == 303
    assert (await attempt(client, "lost-1", secret, code=codes[2], password=WRONG)).status_code == 401
    assert (await attempt(client, "lost-1", secret, code=codes[2])).status_code == 303


async def test_enrolment_shows_a_picture_for_the_phone(gateway, client):
    token = await invited(gateway, "picture-1", "auditor")
    shown = await client.get("/console/enrol", params={"token": token})
    assert "<svg" in shown.text
    assert "style=" not in shown.text
    assert re.findall(r"<script(?![^>]* ?src=)", shown.text) == []


async def test_two_people_let_one_who_lost_the_phone_enrol_another(gateway, client):
    from gateway.admin.action import means_of
    from gateway.admin.changes import decide_change
    from gateway.admin.person_actions import ResetFactor
    from gateway.runtime.actor import Actor
    from tests.identities import asked

    old = await signed_in(gateway, client, "lost-2", "clerk", agency="tax")
    change = await asked(gateway, ResetFactor(person="lost-2", reason="手机丢失"))
    assert change.status == "waiting"
    async with gateway.units.begin("test.approve", Actor("second", "operator", person="person:second")) as work:
        means = means_of(gateway.settings, gateway.protector)
        await decide_change(work, means, change.change_id, approve=True)
    assert (await client.get("/console/catalogue")).status_code == 303  # its sessions have ended
    assert (await attempt(client, "lost-2", old, password=WRONG)).status_code == 401
    sent = await attempt(client, "lost-2", old, code="")
    assert sent.status_code == 303
    token = httpx.URL(sent.headers["location"]).params["token"]
    assert (await attempt(client, "lost-2", old, code="")).status_code == 401  # once
    answer, secret = await enrol(client, token, "lost-2")
    assert (answer.status_code, secret != old) == (200, True)
    await forget_step(gateway, "lost-2")
    assert (await attempt(client, "lost-2", secret, code=pyotp.TOTP(old).now())).status_code == 401
    assert (await attempt(client, "lost-2", secret)).status_code == 303


async def test_a_try_that_has_to_wait_is_told_for_how_long_and_takes_no_other_lane(gateway):
    async def try_from(address):
        async with gateway.units.begin("test.try", ANYONE) as work:
            lanes = await find_lanes(work.session, work.keys.kek, "somebody", address, work.now)
            return await take_lanes(work.session, lanes, work.now), lanes.address.digest

    for _ in range(FREE_TRIES):
        assert (await try_from("203.0.113.50"))[0] == 0
    await hold_time(gateway)
    wait, address = await try_from("203.0.113.51")
    assert 3_500 < wait <= 3_600
    async with gateway.database.begin("test.taken") as session:
        query = text("SELECT count(*) FROM sign_in_lane WHERE lane = :lane")
        assert (await session.execute(query, {"lane": address})).scalar_one() == 0
