"""What a charge fits into and what it takes: limits, then grants, then overdraft; one after another in a group."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from gateway.quota.books import OVERDRAFT, Books, Charge, Grant, Key, Room, find_exceeded

DAY = date(2026, 3, 15)
NOW = datetime(2026, 3, 15, tzinfo=UTC)
FIRST, SECOND = UUID(int=1), UUID(int=2)


def charge(units=1, product="score", account="a", consents=()):
    return Charge(UUID(int=9), account, "bank", product, units, consents=consents)


def room(scope="account", scope_id="a", period="day", most=100, used=0, product="*", unit="unit", **more):
    key = Key(scope, scope_id, product, unit, period, DAY)
    return Room(key, used, more.pop("reserved", 0), most, NOW + timedelta(hours=1), 3600, **more)


def books(*rooms, grants=()):
    found = [*rooms, room("institution", "bank", most=1000)]
    return Books(DAY, {one.key: one for one in found}, {one.grant_id: one for one in grants})


def grant(number, left, *, days=9, priority=50, scope="account", scope_id="a", product="*"):
    return Grant(UUID(int=number), scope, scope_id, product, left, priority, NOW + timedelta(days=days))


def fits(held, wanted):
    return find_exceeded(held.rooms_of(wanted), wanted.units) is None


@pytest.mark.parametrize(("asked", "policies"), [(0, None), (6, None), (7, ("acct-day-score",))])
def test_a_limit_of_one_product_counts_beside_that_of_all(asked, policies):
    held = books(room(used=3), room(product="score", used=4, most=10))
    found = find_exceeded(held.rooms_of(charge()), asked)
    assert (found.policies if found else None) == policies
    assert [one.policy for one in held.rooms_of(charge(product="health_check"))] == ["acct-day", "inst-day"]


def test_the_platforms_limit_holds_over_all_and_a_consents_over_its_own_questions():
    own = UUID(int=5)
    held = books(room(), room("platform", "", most=1), room("consent", str(own), "none", most=0))
    assert fits(held, charge())
    assert not fits(held, charge(2))
    assert find_exceeded(held.rooms_of(charge(), own), 1).policies == ("consent-none",)


def test_a_limit_in_inquiries_counts_each_as_one():
    held = books(room(), room(unit="inquiry", most=2))
    for _ in range(2):
        held.take(charge(3))
    assert find_exceeded(held.rooms_of(charge(3)), 3).policies == ("acct-day-inquiries",)
    assert held.rooms_of(charge())[0].used == 6


def test_in_a_group_what_one_takes_is_gone_for_the_next():
    held = books(room(most=5))
    answered = 0
    for _ in range(9):
        if fits(held, charge(2)):
            held.take(charge(2))
            answered += 1
    assert answered == 2
    assert fits(held, charge())


def test_the_grant_that_ends_first_is_burnt_first_and_priority_goes_before():
    held = books(room(most=10, used=9), grants=[grant(1, 2, days=9), grant(2, 2, days=3)])
    assert held.take(charge(2)).burns == {SECOND: 1}  # the limit itself had room for one
    assert held.take(charge(2)).burns == {SECOND: 1, FIRST: 1}
    assert not fits(held, charge(2))
    held = books(room(most=0), grants=[grant(1, 2, days=9, priority=1), grant(2, 2, days=3)])
    assert held.take(charge(2)).burns == {FIRST: 2}


def test_a_grant_covers_all_limits_of_its_holder_and_nobody_elses():
    held = books(room(most=1, used=1), room(period="month", most=9, used=8), grants=[grant(1, 3)])
    taken = held.take(charge(2))
    assert taken.burns == {FIRST: 2}
    covered = {key.period: of_grants for key, (_, of_grants) in taken.counters.items() if key.scope == "account"}
    assert covered == {"day": 2, "month": 1}
    assert [one.free for one in held.rooms_of(charge())[:2]] == [0, 0]
    assert not fits(books(room(most=0), grants=[grant(1, 3, scope="institution", scope_id="bank")]), charge())
    assert not fits(books(room(most=0), grants=[grant(1, 3, product="health_check")]), charge())


def test_a_limit_in_inquiries_is_not_widened_by_units():
    assert not fits(books(room(), room(unit="inquiry", most=0), grants=[grant(1, 3)]), charge())


def test_overdraft_begins_where_limit_and_grants_end_and_is_told_apart():
    held = books(room(most=100, used=99, overdraft_pct=10, alerts=(100,)), grants=[grant(1, 1)])
    first = held.take(charge(2))
    assert (first.overdraft, first.burns, [one for _, one, *_ in first.reached]) == (0, {FIRST: 1}, [100])
    second = held.take(charge(10))
    assert (second.overdraft, [one for _, one, *_ in second.reached]) == (10, [OVERDRAFT])
    assert not fits(held, charge())


@pytest.mark.parametrize(("used", "reached"), [(48, []), (49, [50]), (50, []), (79, [80]), (99, [100])])
def test_a_threshold_is_reached_by_the_charge_that_comes_to_it(used, reached):
    taken = books(room(used=used, alerts=(50, 80, 100))).take(charge())
    assert [one for _, one, *_ in taken.reached] == reached


def test_a_limit_lowered_below_what_is_used_leaves_nothing_and_never_less():
    held = books(room(most=10, used=60))
    assert held.rooms_of(charge())[0].left == 0
    assert not fits(held, charge())


def test_what_never_ends_names_no_moment_to_wait_for():
    never = Room(Key("account", "a", "*", "unit", "none", DAY), 9, 0, 9, None, None)
    found = find_exceeded([never, room("institution", "bank", most=0)], 1)
    assert (found.policies, found.resets_at, found.retry_after) == (("acct-none", "inst-day"), None, None)
