"""What is left of a quota: each limit at its bound, and whose charges and reservations count for which counter."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from connectors.model.calendar import SHANGHAI, day_of
from gateway.inquiries.ledger import Charge, Exceeded, Room, close, find_exceeded, hold, lock_day, post, read_room
from gateway.inquiries.quota_tables import QuotaPlan

POLICIES = ["acct-day", "acct-month", "inst-day", "inst-month"]


def rooms(**most):
    """Four counters with 3 used and 2 reserved, and 100 at most where nothing else is said."""
    return [
        Room(policy, 3, 2, most.get(policy.replace("-", "_"), 100), resets_in)
        for policy, resets_in in zip(POLICIES, (60, 600, 60, 600), strict=True)
    ]


def test_what_is_used_reserved_and_asked_for_may_reach_the_limit_and_not_pass_it():
    assert find_exceeded(rooms(acct_day=6), 1) is None
    assert find_exceeded(rooms(acct_day=6), 2) == Exceeded(("acct-day",), 60, planned=True)
    assert find_exceeded(rooms(acct_day=6, inst_month=6), 2) == Exceeded(("acct-day", "inst-month"), 600, planned=True)


def test_where_there_is_no_plan_there_is_no_room():
    assert find_exceeded(rooms(inst_day=None), 1) == Exceeded(("inst-day",), 60, planned=False)
    assert find_exceeded(rooms(acct_day=5, inst_day=None), 1) == Exceeded(("acct-day", "inst-day"), 60, planned=False)


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
    now = await lock_day(session, charge(), day_of(datetime.now(UTC)))
    day, wanted, event = day_of(now), charge(units=5), UUID(int=7)
    await post(session, wanted, day, event)
    assert await counted(session, charge(), day) == dict.fromkeys(POLICIES, (5, 0))
    theirs = await counted(session, charge("a-1"), day)
    assert theirs == {"acct-day": (0, 0), "acct-month": (0, 0), "inst-day": (5, 0), "inst-month": (5, 0)}
    columns = "inquiry_id, account, institution, product, units, day, event_id"
    row = (await session.execute(text(f"SELECT {columns} FROM quota_ledger"))).one()
    assert tuple(row) == (wanted.inquiry_id, "a-0", "bank", "score", 5, day, event)


async def test_a_reservation_counts_while_it_is_open_and_for_everybody_but_its_own_inquiry(session):
    day = day_of(now := await lock_day(session, charge(), day_of(datetime.now(UTC))))
    later, own, settled = now + timedelta(minutes=5), charge(units=2), charge(units=32)
    await hold(session, own, day, later)
    await hold(session, charge("a-1", 4), day, later)
    await hold(session, charge(units=8), day, now)  # has expired
    await hold(session, charge(units=16, institution="other"), day, later)
    await hold(session, settled, day, later)
    await close(session, settled.inquiry_id, "settled")
    expected = {"acct-day": (0, 2), "acct-month": (0, 2), "inst-day": (0, 6), "inst-month": (0, 6)}
    assert await counted(session, charge(), day) == expected
    expected = {"acct-day": (0, 0), "acct-month": (0, 0), "inst-day": (0, 4), "inst-month": (0, 4)}
    assert await counted(session, own, day) == expected
    query = text("""SELECT account, institution, product, units, day, expires_at, state FROM quota_reservation
                    WHERE inquiry_id = :id""")
    row = (await session.execute(query, {"id": own.inquiry_id})).one()
    assert tuple(row) == ("a-0", "bank", "score", 2, day, later, "open")


async def test_the_newest_plan_that_has_begun_counts_and_a_counter_begins_anew_at_midnight_in_shanghai(session):
    wanted, day = charge(), day_of(datetime.now(UTC))
    now = await lock_day(session, wanted, day)
    for begins, most in ((now - timedelta(days=9), 7), (now + timedelta(days=9), 8)):
        session.add(
            QuotaPlan(scope="account", scope_id="a-0", effective_from=begins, per_day=most, per_month=most,
                      event_id=uuid7())
        )  # fmt: skip
    await session.flush()
    room = {one.policy: one for one in await read_room(session, wanted, day)}
    assert list(room) == POLICIES
    assert [room[policy].most for policy in POLICIES] == [50, 50, 100_000, 100_000]
    midnight = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    first = datetime.combine((day.replace(day=1) + timedelta(days=32)).replace(day=1), time(), SHANGHAI)
    for policy, ends in zip(POLICIES, (midnight, first, midnight, first), strict=True):
        left = (ends - now).total_seconds()
        assert 0 <= left + 2 - room[policy].resets_in < 60, policy
