"""How long a quota lasts, by the pace of the last days."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from gateway.console.words import Words
from gateway.quota.forecast import PACE_DAYS, forecast
from gateway.quota.pages import pace_note

TODAY = date(2026, 11, 20)  # ten days of the month are left


def before(days, units):
    """The same use on each of so many days before today."""
    return {TODAY - timedelta(days=back): units for back in range(1, days + 1)}


def test_the_pace_is_the_mean_of_the_last_whole_days():
    told = forecast({**before(PACE_DAYS, 10), TODAY: 999}, TODAY, None)
    assert (told.pace, told.expected, told.runs_out) == (10, 14 * 10 + 999 + 100, None)


def test_days_before_the_first_use_are_no_days_without_use():
    assert forecast(before(2, 9), TODAY, None).pace == 9
    assert forecast({TODAY - timedelta(days=2): 9}, TODAY, None).pace == Fraction(9, 2)


def test_what_was_used_longer_ago_says_nothing_of_the_pace():
    assert forecast({TODAY - timedelta(days=PACE_DAYS + 1): 500}, TODAY, None).pace == 0


def test_on_the_first_day_the_pace_is_todays_use():
    told = forecast({TODAY: 7}, TODAY, None)
    assert (told.pace, told.expected) == (7, 77)


@pytest.mark.parametrize(
    ("used", "zh", "en"),
    [
        ({}, "今日用量；还没有整日可以平均", "Today's use: there is no whole day yet"),
        ({TODAY: 7}, "今日用量；还没有整日可以平均", "Today's use: there is no whole day yet"),
        (before(1, 3) | {TODAY: 7}, "最近 1 个整日的平均", "Of the last whole day"),
        (before(3, 3), "最近 3 个整日的平均", "Mean of the last 3 whole days"),
        (before(PACE_DAYS + 3, 3), "最近 14 个整日的平均", "Mean of the last 14 whole days"),
    ],
)
def test_the_page_says_of_which_days_the_pace_is(used, zh, en):
    told = forecast(used, TODAY, None)
    assert (pace_note(told, Words("zh")), pace_note(told, Words("en"))) == (zh, en)


def test_last_months_use_counts_for_the_pace_alone():
    first = date(2026, 11, 1)
    told = forecast({date(2026, 10, 31): 4}, first, None)
    assert (told.pace, told.expected) == (4, 4 * 29)


def test_who_never_asked_uses_nothing():
    told = forecast({}, TODAY, 100)
    assert (told.pace, told.expected, told.runs_out) == (0, 0, None)


# 140 used in 14 days at 10 a day, and ten days left: 240 at the end.
@pytest.mark.parametrize(
    ("most", "day"),
    [
        (139, 20), (140, 20),  # used up already
        (141, 21), (150, 21), (151, 22),
        (239, 30), (240, 30),  # used up on the last day
        (241, None), (None, None),
    ],
)  # fmt: skip
def test_it_runs_out_on_the_day_that_uses_the_last_unit(most, day):
    told = forecast(before(PACE_DAYS, 10), TODAY, most)
    assert told.expected == 240
    assert told.runs_out == (None if day is None else TODAY.replace(day=day))
