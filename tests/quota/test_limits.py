"""Limits as rows: every scope and period, from an instant on, exact under concurrency and over a new limit."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from connectors.model.calendar import day_of
from gateway.evidence.conservation import find_differences
from gateway.quota.books import OVERDRAFT, Charge, Exceeded, find_exceeded
from gateway.quota.grants import GrantRequest, add_grant, find_grants
from gateway.quota.ledger import lock, lock_today, post_all, read_books, read_room
from gateway.quota.plans import Limit, find_limits, set_limit
from gateway.runtime.actor import PROGRAM
from gateway.runtime.denial import DeniedError
from tests.actors import OPERATOR
from tests.gates import held
from tests.numbered import case

ACCOUNTS = [f"acct-{number}" for number in range(4)]


@pytest.fixture
async def ready(story):
    for account in ACCOUNTS:
        await story.account(account, "bank")
    yield story
    async with story.gateway.units.begin("test.reconcile", PROGRAM) as work:
        found = await find_differences(work)
    assert [one for one in found if "counter" in one[0]] == []  # no inquiry stands behind these charges


def charge(account="acct-0", units=1, product="score", **more):
    return Charge(uuid7(), account, "bank", product, units, **more)


async def limit(story, scope, scope_id, period, most, begins=None, **more):
    async with story.gateway.units.begin("test.limit", OPERATOR) as work:
        await set_limit(work, Limit(scope, scope_id, period, most, **more), begins)


async def grant(story, units, **more):
    async with story.gateway.units.begin("test.grant", OPERATOR) as work:
        until = more.pop("until", work.now + timedelta(days=1))
        wanted = GrantRequest("account", "acct-0", units, work.now, until, "追加测试", **more)
        return (await add_grant(work, wanted, "second")).grant_id


async def take(story, wanted):
    """Charge, or return which limits leave no room."""
    async with story.gateway.database.begin("test.charge") as session:
        day, _ = await lock_today(session, [wanted])
        books = await read_books(session, [wanted], day)
        if exceeded := find_exceeded(books.rooms_of(wanted), wanted.units):
            return exceeded
        taken = books.take(wanted)
        await post_all(session, [(taken, uuid4())], day)
        return taken


async def used(story, scope="account", scope_id="acct-0", period="day", product="*", unit="unit"):
    query = """SELECT coalesce(max(used), 0) FROM quota_period WHERE scope = :scope AND scope_id = :id
               AND period = :period AND product = :product AND unit = :unit"""
    values = {"scope": scope, "id": scope_id, "period": period, "product": product, "unit": unit}
    async with story.gateway.database.begin("test.used") as session:
        return (await session.execute(text(query), values)).scalar_one()


@case("case-47-one-unit-left-and-twenty-at-once")
async def test_the_last_unit_is_given_once(ready, case):
    await ready.plan("account", "acct-0", await used(ready) + 1, 10_000)
    taken = await asyncio.gather(*(take(ready, charge()) for _ in range(20)))
    assert [one.policies for one in taken if isinstance(one, Exceeded)] == [("acct-day",)] * 19


@case("case-48-an-institution-over-all-its-accounts", "case-49-no-order-of-locks-ends-in-a-deadlock")
async def test_many_accounts_of_one_institution_in_groups_and_alone(ready, case):
    product = "score" if case.startswith("case-48") else "health_check"
    await limit(ready, "platform", "", "year", 1_000_000)
    await limit(ready, "institution", "bank", "week", 0, product=product)
    before = await used(ready, "institution", "bank", "week", product)
    await limit(ready, "institution", "bank", "week", before + 40, product=product)

    async def group(accounts):
        charges = [charge(account, product=product) for account in accounts]
        async with ready.gateway.database.begin("test.group") as session:
            books = await read_books(session, charges, await lock(session, charges))
            taken = [books.take(one) for one in charges if find_exceeded(books.rooms_of(one), 1) is None]
            if taken:
                await post_all(session, [(one, uuid4()) for one in taken], books.day)
            return len(taken)

    orders = [ACCOUNTS, ACCOUNTS[::-1], ACCOUNTS[2:] + ACCOUNTS[:2], ACCOUNTS[1:2]]
    assert sum(await asyncio.gather(*(group(orders[number % 4]) for number in range(24)))) == 40
    assert await used(ready, "institution", "bank", "week", product) == before + 40
    await limit(ready, "institution", "bank", "week", None, product=product)


async def test_a_limit_that_is_new_knows_what_was_charged_before_and_misses_nobody(ready):
    await take(ready, charge(units=3))
    spent = await used(ready)
    async with held(ready.gateway.database, "SELECT FROM client WHERE client_id = 'acct-0' FOR UPDATE") as gate:
        charging = asyncio.create_task(take(ready, charge(units=5)))  # has its counters, and no other one yet
        await gate.waiting(1)
        setting = asyncio.create_task(limit(ready, "account", "acct-0", "week", 100_000))
        await gate.waiting(2)
    await asyncio.gather(charging, setting)
    assert await used(ready, period="week") == spent + 5
    await limit(ready, "account", "acct-0", "none", 100_000, unit="inquiry")
    inquiries = await used(ready, period="none", unit="inquiry")
    await take(ready, charge(units=3))
    assert await used(ready, period="none", unit="inquiry") == inquiries + 1


@case("case-54-lowered-below-what-is-used")
async def test_a_lowered_limit_leaves_nothing_and_never_less(ready, case):
    await take(ready, charge("acct-1", 5))
    await limit(ready, "account", "acct-1", "day", 1)
    async with ready.gateway.database.begin("test.room") as session:
        rooms = await read_room(session, charge("acct-1"), day_of(datetime.now(UTC)))
    assert min(room.left for room in rooms) == 0
    assert (await take(ready, charge("acct-1"))).policies == ("acct-day",)


@case("case-55-overdraft-and-one-alert")
async def test_a_soft_limit_is_overdrawn_so_far_and_each_share_is_told_once(ready, case):
    await ready.account("soft", "bank")
    await limit(ready, "account", "soft", "year", 100, overdraft_pct=10, alerts=(80,))
    await take(ready, charge("soft", 79))
    taken = await asyncio.gather(*(take(ready, charge("soft")) for _ in range(34)))
    assert [one.policies for one in taken if isinstance(one, Exceeded)] == [("acct-year",)] * 3
    async with ready.gateway.database.begin("test.alerts") as session:
        alerts = "SELECT threshold, used FROM quota_alert WHERE scope_id = 'soft' AND period = 'year' ORDER BY 1"
        assert [tuple(row) for row in await session.execute(text(alerts))] == [(80, 80), (OVERDRAFT, 101)]
        beyond = "SELECT sum(overdraft) FROM quota_ledger WHERE account = 'soft'"
        assert (await session.execute(text(beyond))).scalar_one() == 10


async def test_a_change_to_come_counts_from_its_moment_on(ready):
    later = datetime.now(UTC) + timedelta(days=400)
    await limit(ready, "account", "acct-3", "month", 7, later, product="score")
    assert not isinstance(await take(ready, charge("acct-3")), Exceeded)
    async with ready.gateway.units.begin("test.limits", OPERATOR) as work:
        now = await find_limits(work, scope="account", scope_id="acct-3", limit=None)
        then = await find_limits(work, scope="account", scope_id="acct-3", at=later, limit=None)
    assert [one["limit"] for one in then if one not in now] == [7]
    with pytest.raises(DeniedError):
        await limit(ready, "account", "acct-3", "month", 7, datetime.now(UTC) - timedelta(seconds=9))


async def test_a_grant_is_burnt_where_the_limit_ends_and_not_after_its_time(ready):
    await ready.plan("account", "acct-0", await used(ready) + 1, 10_000)
    first = await grant(ready, 2)
    taken = await take(ready, charge(units=3))
    assert taken.burns == {first: 2}
    assert isinstance(await take(ready, charge()), Exceeded)
    await grant(ready, 5, until=datetime.now(UTC) + timedelta(days=3), product="health_check")
    assert isinstance(await take(ready, charge()), Exceeded)
    async with ready.gateway.units.begin("test.grants", OPERATOR) as work:
        assert [one["burnt"] for one in await find_grants(work, limit=None)] == [0, 2]
    second = await grant(ready, 9, until=datetime.now(UTC) + timedelta(hours=1))
    taken = await asyncio.gather(*(take(ready, charge()) for _ in range(12)))
    assert sum(not isinstance(one, Exceeded) for one in taken) == 9
    assert {tuple(one.burns) for one in taken if not isinstance(one, Exceeded)} == {(second,)}
    await ready.plan("account", "acct-0", 1000, 10_000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"most": -1}, {"most": 2**63}, {"most": 2**40 + 1}, {"overdraft_pct": 101}, {"overdraft_pct": -1},
        {"alerts": (0,)}, {"alerts": (101,)}, {"alerts": (50, 50)}, {"product": "fortune"}, {"scope_id": "nobody"},
        {"scope": "institution"}, {"scope": "platform"}, {"scope": "consent"},
        {"scope": "platform", "scope_id": "", "period": "contract"},
    ],
    ids=lambda wrong: f"case-57-{'-'.join(map(str, wrong))}",
)  # fmt: skip
async def test_what_no_limit_can_be_is_refused(ready, wrong):
    sound = {"scope": "account", "scope_id": "acct-0", "period": "day", "most": 5}
    async with ready.gateway.units.begin("test.limit", OPERATOR) as work:
        with pytest.raises(DeniedError):
            await set_limit(work, Limit(**{**sound, **wrong}))


@pytest.mark.parametrize("units", [0, -1, 2**40 + 1, 2**63], ids="case-57-a-grant-of-{}".format)
async def test_a_grant_of_no_units_is_refused(ready, units):
    with pytest.raises(DeniedError):
        await grant(ready, units)


@pytest.mark.parametrize("priority", [-1, 101])
async def test_a_grant_has_its_place_among_others(ready, priority):
    with pytest.raises(DeniedError):
        await grant(ready, 1, priority=priority)
