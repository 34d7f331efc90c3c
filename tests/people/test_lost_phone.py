"""A lost phone: one administrator asks, another approves, never the one it is about; told at the next sign-in."""

import asyncio
from datetime import timedelta

import pytest

from gateway.admin.action import means_of
from gateway.admin.changes import decide_change
from gateway.admin.person_actions import ResetFactor
from gateway.people.factors import RESET_HOURS
from gateway.people.invitations import find_invited
from gateway.people.notices import find_notice, read_notice
from gateway.people.signin import Credentials, sign_in
from gateway.runtime.actor import ANYONE, Actor
from gateway.runtime.denial import DeniedError
from tests.actors import OPERATOR
from tests.gates import held
from tests.identities import asked
from tests.people.test_signing_in import run_sql
from tests.persons import PASSWORD, acting_of, attempt, enrol, forget_step, signed_in

SECOND = Actor("second", "operator", person="person:second")


async def approve(gateway, change, actor=SECOND):
    async with gateway.units.begin("test.approve", actor) as work:
        means = means_of(gateway.settings, gateway.protector)
        return await decide_change(work, means, change.change_id, approve=True)


async def lost(gateway, client, person, role="system"):
    """Somebody with a log-in whose phone is reset by two; return the old secret."""
    secret = await signed_in(gateway, client, person, role)
    await approve(gateway, await asked(gateway, ResetFactor(person=person, reason="手机丢失")))
    await forget_step(gateway, person)
    client.cookies.clear()
    return secret


async def enter(gateway, person):
    return await sign_in(gateway.units, Credentials(person, PASSWORD, "", "198.51.100.9"))


async def test_who_asked_does_not_approve_and_nobody_does_for_themselves(gateway, client):
    await signed_in(gateway, client, "lost-operator", "operator")
    own = Actor("lost-client", "operator", person="person:lost-operator")
    with pytest.raises(DeniedError) as refused:
        await asked(gateway, ResetFactor(person="lost-operator", reason="手机丢失"), own)
    assert refused.value.denial.reason == "own-change"
    change = await asked(gateway, ResetFactor(person="lost-operator", reason="手机丢失"))
    for one in (OPERATOR, own):
        with pytest.raises(DeniedError) as refused:
            await approve(gateway, change, one)
        assert refused.value.denial.reason == "own-change"
    assert (await approve(gateway, change)).status == "done"


async def test_two_who_approve_at_once_reset_it_once(gateway, client):
    await signed_in(gateway, client, "lost-once", "system")
    change = await asked(gateway, ResetFactor(person="lost-once", reason="手机丢失"))
    third = Actor("third", "operator", person="person:third")
    query = "SELECT FROM change WHERE change_id = :id FOR UPDATE"
    async with held(gateway.database, query, id=change.change_id) as gate:
        both = [asyncio.create_task(approve(gateway, change, one)) for one in (SECOND, third)]
        await gate.waiting(2)
    told = await asyncio.gather(*both, return_exceptions=True)
    refused = [one.denial.reason for one in told if isinstance(one, DeniedError)]
    assert (len(told), refused) == (2, ["change-decided"])


async def test_the_password_alone_opens_one_enrolment_even_twice_at_once(gateway, client):
    await lost(gateway, client, "lost-race")
    query = "SELECT FROM person WHERE person_id = 'lost-race' FOR UPDATE"
    async with held(gateway.database, query) as gate:
        both = [asyncio.create_task(enter(gateway, "lost-race")) for _ in range(2)]
        await gate.waiting(2)
    opened = [entry for entry in await asyncio.gather(*both) if entry]
    assert len(opened) == 1
    async with gateway.units.begin("test.invited", ANYONE) as work:
        assert (await find_invited(work, opened[0].enrolment)).person_id == "lost-race"


@pytest.mark.parametrize(("seconds", "opens"), [(-5, True), (5, False)])
async def test_the_way_is_open_for_a_time(gateway, client, seconds, opens):
    person = f"lost-in-time-{opens}".lower()
    await lost(gateway, client, person)
    passed = timedelta(hours=RESET_HOURS, seconds=seconds)
    query = "UPDATE person SET factor_reset_until = factor_reset_until - :passed WHERE person_id = :id"
    await run_sql(gateway, query, passed=passed, id=person)
    assert (await enter(gateway, person) is not None) == opens


async def test_the_person_is_told_who_asked_and_who_approved_until_they_say_they_read_it(gateway, client):
    old = await lost(gateway, client, "lost-told")
    token = (await enter(gateway, "lost-told")).enrolment
    answer, secret = await enrol(client, token, "lost-told")
    assert (answer.status_code, secret != old) == (200, True)
    for place in ("/console/account", "/console/account"):
        await forget_step(gateway, "lost-told")
        assert (await attempt(client, "lost-told", secret)).headers["location"] == place
    actor = await acting_of(gateway, client)
    async with gateway.units.begin("test.notice", actor) as work:
        notice = await find_notice(work, "lost-told")
        assert (notice["what"], notice["asked_by"], notice["approved_by"]) == (
            "factor-reset", OPERATOR.name, SECOND.name,
        )  # fmt: skip
        await read_notice(work, "lost-told", "2026-01-01T00:00:00+00:00")  # an older one
        assert await find_notice(work, "lost-told") == notice
        await read_notice(work, "lost-told", notice["at"])
    await forget_step(gateway, "lost-told")
    assert (await attempt(client, "lost-told", secret)).headers["location"] == "/console"
