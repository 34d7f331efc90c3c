"""Judged by hand, and many as each by itself: a sign without a value never holds, and leaves its point open."""

from random import Random

import numpy as np
import pytest

from risk_monitor.judging import Measures, judge, signs_of
from risk_monitor.load import load_watch

WATCH = load_watch()
PLACES = {point.id: at for at, point in enumerate(WATCH.points)}
TYPES = {kind.id: at for at, kind in enumerate(WATCH.types)}


def measured(*enterprises):
    """Measures of enterprises, each a mapping: what it does not name has no value."""
    names = WATCH.measures
    return Measures(
        {name: np.array([one.get(name) or 0 for one in enterprises], np.int64) for name in names},
        {name: np.array([one.get(name) is not None for one in enterprises], np.bool_) for name in names},
    )


def held(judged, row=0):
    return {WATCH.points[at].id for at in np.flatnonzero(judged.held[row])}


@pytest.mark.parametrize(("value", "there"), [(19, False), (20, True), (21, True), (None, False)])
def test_a_point_holds_from_its_bound_on(value, there):
    judged = judge(WATCH, measured({"op_neg_2y": value}))
    assert ("negative-news" in held(judged)) == there
    assert bool(judged.open[0, PLACES["negative-news"]]) == (value is None)


def test_any_sign_will_do_and_the_others_are_told_too():
    measures = measured({"ma_platform_delayed": 1, "op_delay_topic": 7}, {"op_delay_topic": 5}, {"op_delay_topic": 4})
    judged = judge(WATCH, measures)
    at = PLACES["delayed-redemption"]
    assert judged.held[:, at].tolist() == [True, True, False]
    assert judged.open[:, at].tolist() == [False, False, True]  # of the third it is not known whether it pays late
    assert [signs_of(WATCH, at, measures, row) for row in range(3)] == [[(0, 1), (1, 7)], [(1, 5)], []]


def test_points_add_up_by_type_and_decide_on_its_level():
    judged = judge(WATCH, measured({"ma_platform_delayed": 1, "ma_no_insurance": 1, "ma_yield_promised": 1200}, {}))
    kind = TYPES["mass-involving"]
    assert (judged.scores[0, kind], judged.ranks[0, kind], judged.rank[1]) == (50, 2, 0)
    assert judged.scores[0].sum() == 50  # other types weigh none of them


def test_who_is_looked_at_first_stands_at_the_higher_level_then_has_more_points():
    judged = judge(
        WATCH,
        measured(
            {"ma_platform_delayed": 1},  # 25: notice
            {},
            {"dishonest_now": 1, "fin_npl_flag": 1},  # 60 of distress: warning
            {"ma_platform_delayed": 1, "ma_no_insurance": 1},  # 35: notice
            {"ma_platform_delayed": 1},
        ),
    )
    assert judged.order(np.array([1, 2, 3, 4, 5])).tolist() == [2, 3, 0, 4, 1]


def test_a_measure_that_is_missing_altogether_has_no_value():
    judged = judge(WATCH, Measures({"op_neg_2y": np.array([50])}, {"op_neg_2y": np.array([True])}))
    assert held(judged) == {"negative-news"}
    assert judged.open.sum() == len(WATCH.points) - 1


def test_many_are_judged_as_each_by_itself():
    chance = Random(7)
    bounds = {sign.measure: sign.at_least for point in WATCH.points for sign in point.signs}
    enterprises = [
        {name: chance.choice([None, bound - 1, bound, bound + 1, 0]) for name, bound in bounds.items()}
        for _ in range(200)
    ]
    together = judge(WATCH, measured(*enterprises))
    for row, one in enumerate(enterprises):
        alone = judge(WATCH, measured(one))
        for part in ("held", "open", "scores", "ranks"):
            assert getattr(alone, part)[0].tolist() == getattr(together, part)[row].tolist()
