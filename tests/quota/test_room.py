"""What is left of a quota: each limit at its bound, and whose charges and reservations count for which counter."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from connectors.model.calendar import SHANGHAI, day_of
from gateway.quota.books import Charge, Exceeded, Key, Room, find_exceeded
from gateway.quota.ledger import Holding, close, hold, lock_day, read_room
from gateway.quota.tables import QuotaLimit
from tests.quota.charging import post

DAY, BEFORE = date(2026, 3, 15), date(2026, 3, 14)
NOW = datetime(2026, 3, 15, tzinfo=UTC)
MINUTE, TEN = NOW + timedelta(minutes=1), NOW + timedelta(minutes=10)
POLICIES = ["acct-day", "acct-month", "inst-day", "inst-month"]


def rooms(**most):
    """Four counters with 3 used and 2 reserved, and 100 at most where nothing else is said."""
    return [
        Room(
            Key(scope, "x", "*", "unit", period, DAY), 3, 2, most.get(f"{scope[:4]}_{period}", 100),
            NOW + timedelta(seconds=resets_in), resets_in,
        )
        for scope in ("account", "institution")
        for period, resets_in in (("day", 60), ("month", 600))
    ]  # fmt: skip


def test_what_is_used_reserved_and_asked_for_may_reach_the_limit_and_not_pass_it():
    assert find_exceeded(rooms(acco_day=6), 1) is None
    assert find_exceeded(rooms(acco_day=6), 2) == Exceeded(("acct-day",), MINUTE, 60, planned=True)
    assert find_exceeded(rooms(acco_day=6, inst_month=6), 2) == Exceeded(
        ("acct-day", "inst-month"), TEN, 600, planned=True
    )


def test_where_nothing_limits_an_account_or_its_institution_there_is_no_room():
    unplanned = Exceeded((), None, None, planned=False)
    assert find_exceeded(rooms(inst_day=None), 1) is None  # its month is limited
    assert find_exceeded(rooms(inst_day=None, inst_month=None), 1) == unplanned
    assert find_exceeded(rooms(acco_day=None, acco_month=None), 1) == unplanned
    assert find_exceeded([], 1) == unplanned


@pytest.fixture
async def session(story):
    """A unit that a test's end undoes, on an instance where two accounts of one institution have a plan."""
    await story.account("a-0", "bank", per_day=50)
    await story.account("a-1", "bank", per_day=50)
    async with story.gateway.database.begin("test.room") as opened:
        yield opened
        await opened.rollback()


def charge(account="a-0", units=1, institution="bank"):
    return Charge(uuid7(), account, institution, "score", units)


async def counted(session, wanted, day):
    return {room.policy: (room.used, room.reserved) for room in await read_room(session, wanted, day)}


async def test_a_charge_counts_for_its_account_and_institution_that_day_and_that_month(session):
    wanted, event = charge(units=5), UUID(int=7)
    await lock_day(session, [wanted], DAY)
    await post(session, wanted, DAY, event)
    assert await counted(session, charge(), DAY) == dict.fromkeys(POLICIES, (5, 0))
    columns = "inquiry_id, account, institution, product, units, day, event_id"
    row = (await session.execute(text(f"SELECT {columns} FROM quota_ledger"))).one()
    assert tuple(row) == (wanted.inquiry_id, "a-0", "bank", "score", 5, DAY, event)
    await post(session, charge(units=3), DAY, event)
    await lock_day(session, [charge()], BEFORE)
    await post(session, charge(units=16), BEFORE, event)
    expected = {"acct-day": (8, 0), "acct-month": (24, 0), "inst-day": (8, 0), "inst-month": (24, 0)}
    assert await counted(session, charge(), DAY) == expected
    theirs = await counted(session, charge("a-1"), DAY)
    assert theirs == {"acct-day": (0, 0), "acct-month": (0, 0), "inst-day": (8, 0), "inst-month": (24, 0)}


async def test_a_reservation_counts_while_it_is_open_and_for_everybody_but_its_own_inquiry(session):
    now = await lock_day(session, [charge()], DAY)
    later, own, settled = now + timedelta(minutes=5), charge(units=2), charge(units=32)
    await hold(session, [Holding(own, DAY, later)])
    await hold(session, [Holding(charge("a-1", 4), DAY, later)])
    await hold(session, [Holding(charge(units=8), DAY, now)])  # has expired
    await hold(session, [Holding(charge("b-0", 16, "other"), DAY, later)])
    await hold(session, [Holding(settled, DAY, later)])
    await close(session, [settled.inquiry_id], "settled")
    await hold(session, [Holding(charge(units=64), BEFORE, later)])
    await hold(session, [Holding(charge(units=128), DAY.replace(month=2), later)])
    expected = {"acct-day": (0, 2), "acct-month": (0, 66), "inst-day": (0, 6), "inst-month": (0, 70)}
    assert await counted(session, charge(), DAY) == expected
    expected = {"acct-day": (0, 0), "acct-month": (0, 64), "inst-day": (0, 4), "inst-month": (0, 68)}
    assert await counted(session, own, DAY) == expected
    query = text("""SELECT account, institution, product, units, day, expires_at, state FROM quota_reservation
                    WHERE inquiry_id = :id""")
    row = (await session.execute(query, {"id": own.inquiry_id})).one()
    assert tuple(row) == ("a-0", "bank", "score", 2, DAY, later, "open")


async def test_the_newest_plan_that_has_begun_counts_and_a_counter_begins_anew_at_midnight_in_shanghai(session):
    wanted, day = charge(), day_of(datetime.now(UTC))
    now = await lock_day(session, [wanted], day)
    plans = (("account", -9, 7, 7), ("account", 0, 50, 70), ("account", 9, 8, 8), ("institution", 1e-10, 9, 9))
    for scope, days, *most in plans:  # the last, the newest, is of an institution of the same name
        for period, units in zip(("day", "month"), most, strict=True):
            session.add(
                QuotaLimit(
                    scope=scope, scope_id="a-0", product="*", unit="unit", period=period, most=units, alerts=[],
                    effective_from=now + timedelta(days=days), overdraft_pct=0, event_id=uuid4(),
                )
            )  # fmt: skip
    await session.flush()
    room = {one.policy: one for one in await read_room(session, wanted, day)}
    assert list(room) == POLICIES
    assert [room[policy].most for policy in POLICIES] == [50, 70, 100_000, 100_000]
    midnight = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    first = datetime.combine((day.replace(day=1) + timedelta(days=32)).replace(day=1), time(), SHANGHAI)
    for policy, ends in zip(POLICIES, (midnight, first, midnight, first), strict=True):
        left = (ends - now).total_seconds()
        assert room[policy].resets_at == ends, policy
        assert 0 <= left + 2 - room[policy].resets_in < 60, policy
