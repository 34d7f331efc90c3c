"""What is expected of a day, and its bounds, by hand; the edges from where on a day is out of the ordinary."""

import numpy as np
import pytest

from risk_monitor.baselines import bands, median
from risk_monitor.site_rules import LEAST_DAYS, RULES, WINDOW_DAYS

TRAFFIC, PAGES, OPINION = (RULES[name] for name in ("traffic", "pages", "opinion"))
WEEK = [100, 100, 100, 100, 100, 40, 30]  # from Monday


def of(values, weekday=0, rule=TRAFFIC, missing=()):
    given = np.ones((1, len(values)), np.bool_)
    given[0, list(missing)] = False
    found = bands(np.array([values], np.int64), given, weekday, rule)
    return tuple(int(one[0]) for one in (found.expected, found.low, found.high)), bool(found.known[0])


@pytest.mark.parametrize(
    ("values", "given", "told"),
    [([1, 2, 9], [1, 1, 1], (2, 3)), ([1, 2, 9, 4], [1, 1, 1, 1], (3, 4)), ([5, 2, 9], [0, 1, 0], (2, 1)),
     ([5, 2], [0, 0], (0, 0))],
)  # fmt: skip
def test_a_median_is_of_what_is_given(values, given, told):
    found = median(np.array([values]), np.array([given], np.bool_))
    assert tuple(int(one[0]) for one in found) == told


def test_a_steady_series_by_hand():
    (expected, low, high), known = of([1000] * WINDOW_DAYS)
    # 2·√1000.375 = 63.257; six times the spread of chance: 69.257² / 4 − 3/8 = 1198; twice what is expected is more.
    assert (expected, low, high, known) == (1000, 150, 2000, True)


def test_small_counts_need_a_least_number_more():
    assert of([0] * WINDOW_DAYS, rule=OPINION)[0] == (0, 0, 9)  # (1.225 + 5)² / 4 − 3/8 = 9.3
    assert of([1] * WINDOW_DAYS, rule=OPINION)[0] == (1, 0, 13)


@pytest.mark.parametrize(("weekday", "expected"), [(0, 1000), (4, 1000), (5, 400), (6, 300)])
def test_the_day_of_the_week_is_its_own(weekday, expected):
    # The last column is the day before the one judged.
    values = [10 * WEEK[(weekday - back) % 7] for back in range(WINDOW_DAYS, 0, -1)]
    assert of(values, weekday)[0][0] == expected


def test_a_few_days_out_of_the_ordinary_move_nothing():
    values = [1000] * WINDOW_DAYS
    values[-3:] = [50_000, 0, 90_000]
    (expected, _, high), _ = of(values)
    assert (expected, high) == (1000, 2000)


def test_a_fall_says_nothing_of_who_was_that_low_before_or_is_small():
    values = [1000] * WINDOW_DAYS
    assert of(values)[0][1] == 150
    values[-9] = 100
    assert of(values)[0][1] == 50  # half of the lowest
    values[-9] = 0
    assert of(values)[0][1] == 0
    assert [of([size] * WINDOW_DAYS)[0][1] for size in (TRAFFIC.fall_least - 1, TRAFFIC.fall_least)] == [0, 4]
    assert of([1000] * WINDOW_DAYS, rule=PAGES)[0][1] == 400


@pytest.mark.parametrize(("days", "known"), [(LEAST_DAYS - 1, False), (LEAST_DAYS, True), (LEAST_DAYS + 1, True)])
def test_nothing_is_judged_before_there_are_figures_enough(days, known):
    assert of([1000] * days)[1] is known
    assert of([1000] * WINDOW_DAYS, missing=range(WINDOW_DAYS - days))[1] is known


def test_where_the_last_weeks_are_missing_the_eight_weeks_tell():
    values = [500] * 28 + [0] * 28
    assert of(values, missing=range(30, 56))[0][0] == 500


def test_the_largest_figure_there_can_be_is_no_fault():
    assert of([10**15] * WINDOW_DAYS)[0] == (10**9, 150_000_000, 2 * 10**9)
