"""Working days: holidays, the days worked in their stead, and years whose holidays are not announced yet."""

from datetime import date, timedelta

import pytest

from connectors.model.workdays import FIRST_KNOWN, LAST_KNOWN, is_known, is_working, workday_after

# As the State Council announced for 2026: the Spring Festival is free from 15 to 23 February, worked are 14 and 28.
FEBRUARY = [14, 24, 25, 26, 27, 28]


def test_the_spring_festival_of_2026_is_free_and_the_saturdays_in_its_stead_are_worked():
    days = [date(2026, 2, day) for day in range(14, 29)]
    assert [day.day for day in days if is_working(day)] == FEBRUARY


@pytest.mark.parametrize(("count", "last"), [*enumerate([13, 14, 24, 25, 26, 27, 28])])
def test_from_the_eve_of_the_spring_festival_on_the_holidays_are_left_out(count, last):
    assert workday_after(date(2026, 2, 13), count) == (date(2026, 2, last), False)


def test_a_make_up_saturday_counts_and_the_next_saturday_does_not():
    assert workday_after(date(2026, 2, 27), 1).day == date(2026, 2, 28)
    assert workday_after(date(2026, 3, 6), 1).day == date(2026, 3, 9)


def test_the_first_of_january_is_free_where_it_is_known():
    assert workday_after(date(2025, 12, 31), 1) == (date(2026, 1, 4), False)  # a Sunday, worked for the 2nd


@pytest.mark.parametrize(
    ("start", "count", "last", "provisional"),
    [
        (date(LAST_KNOWN, 12, 24), 5, date(LAST_KNOWN, 12, 31), False),
        (date(LAST_KNOWN, 12, 24), 6, date(LAST_KNOWN + 1, 1, 1), True),
        (date(LAST_KNOWN, 12, 31), 0, date(LAST_KNOWN, 12, 31), False),
        (date(LAST_KNOWN, 12, 31), 1, date(LAST_KNOWN + 1, 1, 1), True),
        (date(LAST_KNOWN + 1, 1, 1), 1, date(LAST_KNOWN + 1, 1, 4), True),
    ],
)
def test_beyond_the_last_year_that_is_known_monday_to_friday_count_and_the_day_says_so(
    start, count, last, provisional
):  # fmt: skip
    assert LAST_KNOWN == 2026, "the days of the week below are of 2026 and 2027: take those of the next two years"
    assert workday_after(start, count) == (last, provisional)


def test_a_day_before_the_first_year_is_not_known_either():
    assert not is_known(date(FIRST_KNOWN, 1, 1) - timedelta(days=1))
    assert is_known(date(FIRST_KNOWN, 1, 1))
    assert is_known(date(LAST_KNOWN, 12, 31))
    assert not is_known(date(LAST_KNOWN + 1, 1, 1))
