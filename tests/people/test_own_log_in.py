"""Another password, another phone: after password and code, other sessions ended, each an event."""

import asyncio

import pyotp
import pytest

from gateway.people.invitations import find_invited
from gateway.people.own_log_in import begin_new_device, change_password
from gateway.people.reading import get_person
from gateway.people.signin import Credentials
from gateway.runtime.actor import ANYONE
from tests.actors import MACHINE
from tests.gates import held
from tests.people.test_own_sessions import present
from tests.persons import PASSWORD, attempt, enrol, forget_step, signed_in

NEW = "another horse battery"


async def somebody(gateway, client, person):
    """Sign in twice; return the secret and both cookies, this one first."""
    secret = await signed_in(gateway, client, person, "auditor")
    there = client.cookies["xinqiao-session"]
    client.cookies.clear()
    await forget_step(gateway, person)
    assert (await attempt(client, person, secret)).status_code == 303
    await forget_step(gateway, person)
    return secret, client.cookies["xinqiao-session"], there


def proof(person, secret, password=PASSWORD, code=None):
    return Credentials(person, password, code or pyotp.TOTP(secret).now(), "198.51.100.7")


async def test_a_password_is_changed_after_password_and_code_and_ends_the_other_sessions(gateway, client):
    secret, here, there = await somebody(gateway, client, "changes")
    assert await change_password(gateway.units, proof("changes", secret), NEW, here) == ""
    assert (await present(gateway, there), (await present(gateway, here)) is None) == (None, False)
    for password, status in ((PASSWORD, 401), (NEW, 303)):
        await forget_step(gateway, "changes")
        assert (await attempt(client, "changes", secret, password=password)).status_code == status


@pytest.mark.parametrize(
    ("person", "new", "more", "wrong"),
    [
        ("keeps-1", "x" * 11, {}, "new"),
        ("keeps-2", "x" * 129, {}, "new"),
        ("keeps-3", "keeps-3 and more letters", {}, "new"),
        ("keeps-4", PASSWORD, {}, "new"),
        ("keeps-5", NEW, {"password": "not the password"}, "proof"),
        ("keeps-6", NEW, {"code": "000000"}, "proof"),
    ],
)
async def test_what_will_not_do_changes_nothing(gateway, client, person, new, more, wrong):
    secret, here, there = await somebody(gateway, client, person)
    assert await change_password(gateway.units, proof(person, secret, **more), new, here) == wrong
    assert await present(gateway, there) is not None
    await forget_step(gateway, person)
    assert (await attempt(client, person, secret)).status_code == 303


@pytest.mark.parametrize("length", [12, 128])
async def test_the_shortest_and_the_longest_password_will_do(gateway, client, length):
    secret, here, _ = await somebody(gateway, client, f"length-{length}")
    assert await change_password(gateway.units, proof(f"length-{length}", secret), "y" * length, here) == ""


async def test_of_two_changes_with_one_code_at_once_one_is_made(gateway, client):
    secret, here, _ = await somebody(gateway, client, "twice-at-once")
    query = "SELECT FROM person WHERE person_id = 'twice-at-once' FOR UPDATE"
    async with held(gateway.database, query) as gate:
        both = [
            asyncio.create_task(change_password(gateway.units, proof("twice-at-once", secret), new, here))
            for new in (NEW, NEW + " two")
        ]
        await gate.waiting(2)
    assert sorted(await asyncio.gather(*both)) == ["", "proof"]


async def test_another_phone_is_enrolled_and_the_old_one_opens_nothing(gateway, client):
    secret, here, there = await somebody(gateway, client, "new-phone")
    assert await begin_new_device(gateway.units, proof("new-phone", secret, code="000000")) is None
    await forget_step(gateway, "new-phone")
    token = await begin_new_device(gateway.units, proof("new-phone", secret))
    assert (await present(gateway, here), await present(gateway, there)) == (None, None)
    assert (await attempt(client, "new-phone", secret)).status_code == 401
    async with gateway.units.begin("test.invited", ANYONE) as work:
        assert (await find_invited(work, token)).person_id == "new-phone"
    answer, other = await enrol(client, token, "new-phone")
    assert answer.status_code == 200
    await forget_step(gateway, "new-phone")
    assert (await attempt(client, "new-phone", secret)).status_code == 401
    assert (await attempt(client, "new-phone", other)).status_code == 303
    async with gateway.units.begin("test.person", MACHINE) as work:
        assert (await get_person(work, "new-phone"))["recovery_codes"] == 10
