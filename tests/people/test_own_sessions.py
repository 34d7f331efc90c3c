"""Where somebody is signed in: listed with the browser in two words, ended one by one, never somebody else's."""

import pytest

from gateway.people.acting import acting
from gateway.people.devices import BROWSERS, SYSTEMS, describe
from gateway.people.own_sessions import end_open, list_sessions
from gateway.people.sessions import IDLE_MINUTES, find_present
from gateway.runtime.actor import ANYONE
from gateway.runtime.denial import DeniedError
from tests.actors import MACHINE, OPERATOR
from tests.people.test_signing_in import run_sql
from tests.persons import attempt, forget_step, signed_in

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156.0 Safari/537.36 Edg/156.0"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (PHONE, "safari iphone"),
        (DESK, "edge windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0 Safari/537.36", "chrome linux"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/156.0 Mobile MicroMessenger/8.0", "wechat android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15.0; rv:140.0) Firefox/140.0", "firefox mac"),
        ("", "other other"),
        ("王小二 13800000000 " * 1000, "other other"),
    ],
)
def test_of_the_browsers_name_two_words_are_kept(sent, kept):
    assert describe(sent) == kept
    browser, system = kept.split()
    assert (browser in BROWSERS, system in SYSTEMS) == (True, True)


@pytest.fixture
async def twice(gateway, client):
    """Somebody signed in at a desk, then on a phone; the cookies of both, the phone's first."""
    client.headers["user-agent"] = DESK
    await run_sql(gateway, "DELETE FROM person_session WHERE person_id = 'two-places'")
    secret = await signed_in(gateway, client, "two-places", "auditor")
    desk = client.cookies["xinqiao-session"]
    await forget_step(gateway, "two-places")
    client.cookies.clear()
    await attempt_with(client, PHONE, secret)
    return client.cookies["xinqiao-session"], desk


async def attempt_with(client, agent, secret):
    client.headers["user-agent"] = agent
    assert (await attempt(client, "two-places", secret)).status_code == 303


async def present(gateway, cookie):
    async with gateway.units.begin("test.visitor", ANYONE) as work:
        return await find_present(work.session, cookie, work.now)


async def listed(gateway, cookie, actor=None):
    actor = actor or acting(await present(gateway, cookie))
    async with gateway.units.begin("test.sessions", actor) as work:
        return await list_sessions(work, "two-places", cookie)


async def test_every_session_is_listed_with_its_browser_this_one_first(gateway, twice):
    phone, desk = twice
    assert [(one.device, one.here) for one in await listed(gateway, phone)] == [
        ("safari iphone", True), ("edge windows", False),
    ]  # fmt: skip
    assert [one.here for one in await listed(gateway, desk)] == [True, False]
    assert len(await listed(gateway, "", MACHINE)) == 2


async def test_one_is_ended_and_the_other_stays(gateway, twice):
    phone, desk = twice
    actor = acting(await present(gateway, phone))
    there = (await listed(gateway, phone))[1].session
    for ended in (1, 0):  # again, it has ended already
        async with gateway.units.begin("test.end", actor) as work:
            assert await end_open(work, "two-places", there) == ended
    assert await present(gateway, desk) is None
    assert (await present(gateway, phone)).person_id == "two-places"


async def test_all_but_this_one_are_ended(gateway, twice):
    phone, desk = twice
    async with gateway.units.begin("test.end", acting(await present(gateway, phone))) as work:
        assert await end_open(work, "two-places", spare=phone) == 1
    assert (await present(gateway, desk), (await present(gateway, phone)) is None) == (None, False)


@pytest.mark.parametrize("minutes", [IDLE_MINUTES - 1, IDLE_MINUTES + 1])
async def test_one_that_was_not_seen_for_long_is_not_open(gateway, twice, minutes):
    query = "UPDATE person_session SET seen_at = now() - make_interval(mins => :m) WHERE person_id = 'two-places'"
    await run_sql(gateway, query, m=minutes)
    assert len(await listed(gateway, "", MACHINE)) == (2 if minutes < IDLE_MINUTES else 0)


async def test_somebody_elses_are_neither_seen_nor_ended(gateway, client, twice):
    phone, _ = twice
    client.cookies.clear()
    await signed_in(gateway, client, "somebody-else", "auditor")
    other = acting(await present(gateway, client.cookies["xinqiao-session"]))
    there = (await listed(gateway, phone))[0].session
    for stranger in (other, OPERATOR):
        with pytest.raises(DeniedError) as refused:
            await listed(gateway, "", stranger)
        assert refused.value.denial.reason == "insufficient-scope"
        with pytest.raises(DeniedError):
            async with gateway.units.begin("test.end", stranger) as work:
                await end_open(work, "two-places", there)
    async with gateway.units.begin("test.end", other) as work:  # one's own, by the other's number: none
        assert await end_open(work, "somebody-else", there) == 0
    assert await present(gateway, phone) is not None
