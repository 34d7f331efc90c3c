"""How a finding opens, goes on and ends: day by day, at every edge."""

from datetime import date, timedelta

import numpy as np
import pytest

from risk_monitor.baselines import Bands
from risk_monitor.site_findings import Day, Finding, left_out, step
from risk_monitor.site_rules import COOL_DAYS, NORMAL_DAYS, RULES

DAY = date(2026, 11, 2)
RULE = RULES["traffic"]
KEY = (0, "traffic", "spike")


def day(*values, spoke=True, known=True, at=DAY):
    """The last days of one series, None without a figure; held against 100, from 15 to 200."""
    given = np.array([[value is not None for value in values]])
    said = np.ones(len(values), np.bool_) if spoke is True else np.array(spoke)
    numbers = [np.array([number]) for number in (100, 15, 200)]
    band = Bands(*numbers, np.array([known]))
    return Day(at, np.array([[value or 0 for value in values]]), given, said, band)


def kinds(one, standing=()):
    return {key[2]: found for key, found in step("traffic", RULE, one, dict(standing)).items()}


@pytest.mark.parametrize(
    ("value", "found"), [(201, {"spike"}), (200, set()), (15, set()), (14, {"fall"}), (0, {"fall"}), (None, set())]
)
def test_a_day_is_out_of_the_ordinary_beyond_its_bounds(value, found):
    assert set(kinds(day(100, value))) == found
    assert not kinds(day(100, value, known=False))


def test_a_finding_tells_its_figure_its_band_and_since_when():
    assert kinds(day(100, 900))["spike"] == Finding(DAY, DAY, 900, 100, 15, 200)


@pytest.mark.parametrize(
    ("values", "spoke", "since"),
    [((100, None), True, None), ((100, None, None), True, 1), ((100, None, None), [True, False, True], None),
     ((100, None, None, None), [True, True, False, True], 2), ((None, None), [True, False], None)],
)  # fmt: skip
def test_figures_that_do_not_come_are_a_silence_on_the_second_day_others_have_theirs(values, spoke, since):
    found = kinds(day(*values, spoke=spoke)).get("unreported")
    assert (found and (DAY - found.since).days) == since


def test_where_the_feed_was_silent_nothing_is_said_by_what_is_small_or_missing():
    assert not kinds(day(100, 100, 0, spoke=[True, True, False]))
    assert not kinds(day(100, None, None, spoke=[True, True, False]))
    assert set(kinds(day(100, 100, 900, spoke=[True, True, False]))) == {"spike"}


def standing(since=5, seen=1, **changes):
    return {KEY: Finding(DAY - timedelta(days=since), DAY - timedelta(days=seen), 300, 100, 15, 200, **changes)}


@pytest.mark.parametrize(("value", "farthest"), [(250, 300), (900, 900)])
def test_what_goes_on_is_the_same_finding_with_the_figure_farthest_out(value, farthest):
    [found] = kinds(day(100, value), standing().items()).values()
    assert (found.since, found.seen_on, found.value) == (DAY - timedelta(days=5), DAY, farthest)


@pytest.mark.parametrize(("seen", "ends"), [(COOL_DAYS - 1, False), (COOL_DAYS, True), (COOL_DAYS + 1, True)])
def test_it_ends_once_it_has_cooled_down(seen, ends):
    found = kinds(day(100, 100), standing(since=9, seen=seen).items())
    assert [one.ended for one in found.values()] == [DAY - timedelta(days=seen - 1)] * ends
    assert not kinds(day(100, None), standing(since=9, seen=seen).items())  # nothing is known of today


@pytest.mark.parametrize(("since", "usual"), [(NORMAL_DAYS - 1, False), (NORMAL_DAYS, True)])
def test_a_spike_that_lasts_is_usual_and_a_silence_stays(since, usual):
    [found] = kinds(day(100, 300), standing(since=since).items()).values()
    assert (found.usual, found.ended is not None) == (usual, usual)
    silent = {(0, "traffic", "fall"): Finding(DAY - timedelta(days=400), DAY - timedelta(days=1), 0, 100, 15, 200)}
    [found] = kinds(day(100, 0), silent.items()).values()
    assert (found.ended, found.seen_on) == (None, DAY)


def test_days_of_findings_do_not_enter_later_baselines():
    first = DAY - timedelta(days=9)
    given = np.ones((1, 10), np.bool_)
    left_out(given, first, 0, [*standing(since=20, seen=8).values()])
    assert not given.any()  # it still stands
    given[:] = True
    ended = Finding(DAY - timedelta(days=5), DAY - timedelta(days=4), 1, 1, 1, 1, ended=DAY - timedelta(days=3))
    left_out(given, first, 0, [ended])
    assert given[0].tolist() == [True] * 4 + [False] * 2 + [True] * 4
    given[:] = True
    left_out(given, first, 0, [*standing(ended=DAY, usual=True).values()])
    assert given.all()
