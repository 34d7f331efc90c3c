"""How often a consent may be used in a period: by the calendar, or counted from when it begins."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from consent.frequency import find_used_up, longest, period_of
from consent.parts import Limit

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 1, 31, 18, tzinfo=ZONE)


def at(*numbers):
    return datetime(*numbers, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("alignment", "taken"),
    [pytest.param("calendar", 4, id="case-25"), pytest.param("consent", 2, id="case-26")],
)
def test_two_a_day_around_midnight(alignment, taken):
    limits, uses = (Limit(2, "D", alignment),), []
    for now in (at(2026, 3, 1, 23, 59, 59), at(2026, 3, 1, 23, 59, 59), at(2026, 3, 2), at(2026, 3, 2)):
        if find_used_up(limits, BEGIN, uses, now, ZONE) is None:
            uses.append(now.astimezone(UTC))
    assert len(uses) == taken


@pytest.mark.parametrize(
    ("limit", "now", "period"),
    [
        (Limit(1, "H"), at(2026, 3, 5, 7, 59), (at(2026, 3, 5, 7), at(2026, 3, 5, 8))),
        (Limit(1, "D"), at(2026, 3, 5), (at(2026, 3, 5), at(2026, 3, 6))),
        (Limit(1, "M"), at(2026, 12, 31, 23), (at(2026, 12, 1), at(2027, 1, 1))),
        (Limit(1, "Y"), at(2026, 12, 31, 23), (at(2026, 1, 1), at(2027, 1, 1))),
        (Limit(1, "H", "consent"), at(2026, 1, 31, 20, 30), (at(2026, 1, 31, 20), at(2026, 1, 31, 21))),
        (Limit(1, "D", "consent"), at(2026, 2, 2, 17), (at(2026, 2, 1, 18), at(2026, 2, 2, 18))),
        (Limit(1, "M", "consent"), at(2026, 2, 28, 17), (at(2026, 1, 31, 18), at(2026, 2, 28, 18))),
        (Limit(1, "M", "consent"), at(2026, 2, 28, 18), (at(2026, 2, 28, 18), at(2026, 3, 31, 18))),
        (Limit(1, "Y", "consent"), at(2027, 1, 31, 17), (at(2026, 1, 31, 18), at(2027, 1, 31, 18))),
    ],
)
def test_a_period_is_half_open_and_holds_the_moment(limit, now, period):
    assert period_of(limit, BEGIN, now, ZONE) == period


def test_the_limit_that_lasts_longest_is_the_one_to_wait_for():
    limits, now = (Limit(1, "D"), Limit(2, "M")), at(2026, 3, 5, 12)
    assert find_used_up(limits, BEGIN, [], now, ZONE) is None
    assert find_used_up(limits, BEGIN, [now], now, ZONE).until == at(2026, 3, 6)
    assert find_used_up(limits, BEGIN, [now - timedelta(days=2), now], now, ZONE).until == at(2026, 4, 1)
    assert find_used_up(limits, BEGIN, [at(2026, 2, 28, 23, 59, 59)] * 9, now, ZONE) is None


@pytest.mark.parametrize("alignment", ["calendar", "consent"])
@pytest.mark.parametrize("unit", "HDMY")
def test_no_period_is_longer_than_is_looked_back(unit, alignment):
    limit = Limit(1, unit, alignment)
    for days in range(0, 1500, 7):
        starts, ends = period_of(limit, BEGIN, BEGIN + timedelta(days=days), ZONE)
        assert ends - starts <= longest(limit)
