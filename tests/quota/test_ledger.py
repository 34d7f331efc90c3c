"""Quota: exact under concurrency, by calendar, and reconciled to zero."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from uuid_utils.compat import uuid7

from connectors.model.calendar import day_of
from gateway.quota.books import Charge, Exceeded, find_exceeded
from gateway.quota.ledger import Holding, close, hold, lock_day, lock_today, read_room
from gateway.quota.plans import set_plan
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from tests.actors import OPERATOR
from tests.quota.charging import post


@pytest.fixture
async def ready(story):
    for n in range(4):
        await story.account(f"acct-{n}", "bank", per_day=1000)
    return story


async def admit(session, wanted):
    """Return the day to charge, or which policies leave no room."""
    day, _ = await lock_today(session, [wanted])
    return find_exceeded(await read_room(session, wanted, day), wanted.units) or day


async def take(story, account="acct-0", units=1):
    wanted = Charge(uuid7(), account, "bank", "score", units)
    async with story.gateway.database.begin("test.charge") as session:
        day = await admit(session, wanted)
        if isinstance(day, Exceeded):
            return day
        await post(session, wanted, day, uuid4())
    return wanted


async def test_the_last_unit_of_an_account_is_given_once(ready):
    await ready.plan("account", "acct-0", 1)
    taken = await asyncio.gather(*(take(ready) for _ in range(20)))
    assert sum(isinstance(one, Charge) for one in taken) == 1
    assert {one.policies for one in taken if isinstance(one, Exceeded)} == {("acct-day", "acct-month")}


async def test_an_institutions_limit_holds_over_all_its_accounts(ready):
    async with ready.gateway.database.begin("test.used") as session:
        query = text("SELECT coalesce(max(used), 0) FROM quota_period WHERE scope = 'institution'")
        used = (await session.execute(query)).scalar_one()
    await ready.plan("institution", "bank", used + 50)
    taken = await asyncio.gather(*(take(ready, f"acct-{1 + n % 3}") for n in range(90)))
    assert sum(isinstance(one, Charge) for one in taken) == 50
    assert (await take(ready, "acct-1")).policies == ("inst-day", "inst-month")
    await ready.plan("institution", "bank", 10)  # lowered below what is used
    assert isinstance(await take(ready, "acct-1"), Exceeded)
    await ready.plan("institution", "bank", 100_000)


async def test_a_reservation_holds_until_it_is_settled_released_or_has_expired(ready):
    await ready.plan("account", "acct-1", 1000, 1000)
    async with ready.gateway.database.begin("test.used") as session:
        query = text("SELECT coalesce(max(used), 0) FROM quota_period WHERE scope_id = 'acct-1' AND period = 'day'")
        used = (await session.execute(query)).scalar_one()
    await ready.plan("account", "acct-1", used + 1)

    async def reserve(seconds):
        wanted = Charge(uuid7(), "acct-1", "bank", "score", 1)
        async with ready.gateway.database.begin("test.reserve") as session:
            day = await admit(session, wanted)
            if not isinstance(day, Exceeded):
                await hold(session, [Holding(wanted, day, datetime.now(UTC) + timedelta(seconds=seconds))])
        return wanted, day

    async def end(wanted, state):
        async with ready.gateway.database.begin("test.end") as session:
            await close(session, [wanted.inquiry_id], state)

    first, _ = await reserve(60)
    assert isinstance((await reserve(60))[1], Exceeded)
    await end(first, "released")
    _, day = await reserve(0)  # it has expired by the time it is looked at
    assert not isinstance(day, Exceeded)
    second, day = await reserve(60)
    assert not isinstance(day, Exceeded)
    await end(second, "settled")
    assert not isinstance((await reserve(60))[1], Exceeded)


async def test_a_plan_needs_a_holder_and_sound_units(ready):
    for scope, holder, per_day, per_month in (
        ("account", "nobody", 1, 1), ("institution", "nobody", 1, 1), ("account", "acct-0", -1, 1),
        ("account", "acct-0", 2, 1), ("account", "acct-0", 1, 2**63),
    ):  # fmt: skip
        with pytest.raises(DeniedError):
            async with ready.gateway.units.begin("test.plan", OPERATOR) as work:
                await set_plan(work, scope=scope, scope_id=holder, per_day=per_day, per_month=per_month)


async def test_days_and_months_are_those_of_shanghai_and_of_the_database(ready):
    for at, day, month in (
        ("2026-01-31T15:59:59+00:00", date(2026, 1, 31), date(2026, 1, 1)),
        ("2026-01-31T16:00:00+00:00", date(2026, 2, 1), date(2026, 2, 1)),
    ):
        wanted = Charge(uuid7(), "acct-3", "bank", "score", 1)
        async with ready.gateway.database.begin("test.day") as session:
            await lock_day(session, [wanted], day_of(datetime.fromisoformat(at)))
            query = text("SELECT starts FROM quota_period WHERE scope_id = 'acct-3' ORDER BY period, starts DESC")
            opened = set((await session.execute(query)).scalars())
            assert {day, month} <= opened
            today, moment = await lock_today(session, [wanted])
            assert today == day_of(moment) == day_of(await database_now(session))


@pytest.mark.parametrize("statement", ["UPDATE quota_ledger SET units = 0", "DELETE FROM quota_ledger"])
async def test_the_ledger_is_only_ever_added_to(ready, statement):
    with pytest.raises(ProgrammingError):
        async with ready.gateway.database.begin("test.change") as session:
            await session.execute(text(statement))


async def test_a_counter_changed_by_hand_is_found(ready):
    from gateway.evidence.conservation import find_differences

    await ready.plan("account", "acct-0", 1000)
    assert isinstance(await take(ready), Charge)
    async with ready.gateway.database.begin("test.change", role="owner") as session:
        await session.execute(text("UPDATE quota_period SET used = used + 1 WHERE scope_id = 'acct-0'"))
    async with ready.gateway.units.begin("test.reconcile", PROGRAM) as work:
        found = await find_differences(work)
    counters = [what for rule, what, *_ in found if rule == "counters are the sum of the ledger"]
    assert {what.split()[1] for what in counters} == {"acct-0"}
